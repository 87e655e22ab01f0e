using BrokerIm.Core.Ports;

namespace BrokerIm.Gateway.Login;

/// <summary>Decides whether a name and a password belong together and may log in (protocol chapter 02 section 2.2).</summary>
internal sealed class Authenticator(IUserDirectory directory, PasswordChecker passwords, LoginThrottle throttle)
{
    private const uint Active = 0;

    /// <summary>Looks name and password up.</summary>
    /// <exception cref="DependencyUnavailableException">The directory does not answer; the attempt does not count.</exception>
    public async ValueTask<LoginVerdict> CheckAsync(string name, string clientText, CancellationToken cancellationToken)
    {
        if (!throttle.TryBegin(name))
            return LoginVerdict.TooOften;

        UserAccount? account;
        try
        {
            account = await directory.FindAsync(name, cancellationToken);
        }
        catch (DependencyUnavailableException)
        {
            throttle.Withdraw(name);
            throw;
        }

        switch (await passwords.CheckAsync(account, clientText, cancellationToken))
        {
            case PasswordVerdict.Busy:
                throttle.Withdraw(name);
                return LoginVerdict.Busy;
            case PasswordVerdict.Right when account is { Profile.Status: Active }:
                throttle.Succeeded(name);
                return LoginVerdict.Accepted(account.Profile);
            default:
                return LoginVerdict.Wrong;
        }
    }
}
