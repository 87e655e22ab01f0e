using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;

namespace BrokerIm.Gateway.Login;

/// <summary>Decides whether a name and a password, or a token, belong together and may log in (protocol chapter 02 section 2.2).</summary>
internal sealed class Authenticator(
    IUserDirectory directory, PasswordChecker passwords, ResumeTokens tokens, LoginThrottle throttle)
{
    private const uint Active = 0;

    /// <summary>Looks at what a client shows of itself.</summary>
    /// <param name="request">As received.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="DependencyUnavailableException">The directory does not answer; the attempt does not count.</exception>
    public ValueTask<LoginVerdict> CheckAsync(IMLoginReq request, IPAddress? remote, CancellationToken cancellationToken) =>
        request.HasResumeToken && tokens.IsOn
            ? CheckTokenAsync(request, remote, cancellationToken)
            : CheckPasswordAsync(request, remote, cancellationToken);

    private async ValueTask<LoginVerdict> CheckTokenAsync(
        IMLoginReq request, IPAddress? remote, CancellationToken cancellationToken)
    {
        // Not a matter of the name's failures: a token cannot be guessed, and who guesses passwords must not lock its owner out.
        if (!throttle.MayTryFrom(remote))
            return LoginVerdict.Busy;

        var account = await directory.FindAsync(request.UserName, cancellationToken);
        var used = ResumeTokens.DeviceOf(request.DeviceId.Span) is { } device
            ? await tokens.CheckAsync(account, device, request.ResumeToken.Memory, cancellationToken)
            : null;
        if (used is not null && account is { Profile.Status: Active })
            return LoginVerdict.Accepted(account, used);

        throttle.FailedFrom(remote);
        return LoginVerdict.WrongToken;
    }

    private async ValueTask<LoginVerdict> CheckPasswordAsync(
        IMLoginReq request, IPAddress? remote, CancellationToken cancellationToken)
    {
        var name = request.UserName;
        if (!throttle.MayTryFrom(remote))
            return LoginVerdict.Busy;

        var mayDerive = throttle.TryBegin(name, remote);
        try
        {
            var account = await directory.FindAsync(name, cancellationToken);
            if (!mayDerive)
            {
                // Who logged in with it a short while ago is no guesser, whatever others do under his name.
                return account is { Profile.Status: Active } && passwords.WasRight(account, request.Password)
                    ? LoginVerdict.Accepted(account)
                    : LoginVerdict.TooOften;
            }

            switch (await passwords.CheckAsync(account, request.Password, cancellationToken))
            {
                case PasswordVerdict.Busy:
                    throttle.Withdraw(name, remote);
                    return LoginVerdict.Busy;
                case PasswordVerdict.Right when account is { Profile.Status: Active }:
                    throttle.Succeeded(name, remote);
                    return LoginVerdict.Accepted(account);
                default:
                    throttle.FailedFrom(remote);
                    return LoginVerdict.Wrong;
            }
        }
        catch (DependencyUnavailableException) when (mayDerive)
        {
            throttle.Withdraw(name, remote);
            throw;
        }
    }
}
