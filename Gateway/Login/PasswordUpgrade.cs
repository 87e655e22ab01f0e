using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Login;

/// <summary>Puts a record of today in the place of one that came from a TeamTalk server, once its password is known.</summary>
internal sealed class PasswordUpgrade(IUserDirectoryWriter directory, ILogger<PasswordUpgrade> log)
{
    /// <summary>Replaces the record if it still is what the password was checked against.</summary>
    /// <returns>The account as it is now. A directory that does not answer is no reason to refuse: the next login tries again.</returns>
    public async ValueTask<UserAccount> ReplaceAsync(UserAccount account, string credential, CancellationToken cancellationToken)
    {
        try
        {
            var replaced = await directory.ReplaceCredentialAsync(
                account.Profile.Id, account.Credential, credential, cancellationToken);
            return replaced ? account with { Credential = credential } : account;
        }
        catch (DependencyUnavailableException)
        {
            log.CredentialNotReplaced(account.Profile.Id);
            return account;
        }
    }
}
