using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;

namespace BrokerIm.Gateway.Login;

/// <summary>How a login ends: codes of protocol chapter 02 section 2.1, with the text that Windows shows.</summary>
/// <param name="Result">Goes to the client.</param>
/// <param name="Text">Goes to the client; the same whether the name or the password is wrong.</param>
/// <param name="Label">Value of the label <c>result</c> of <c>im_logins_total</c>.</param>
/// <param name="Account">Present when the login is good.</param>
/// <param name="Used">The token it was good for, if it was one.</param>
internal sealed record LoginVerdict(
    ResultType Result, string Text, string Label, UserAccount? Account = null, ResumeRecord? Used = null)
{
    /// <summary>Name, password or the account's status is wrong; which of them is nobody's business.</summary>
    public static LoginVerdict Wrong { get; } = new(ResultType.ValidationFailed, "wrong name or password", "wrong");

    /// <summary>The token is not, or not any more, the one of that user's device: a case for the password.</summary>
    public static LoginVerdict WrongToken { get; } = new(ResultType.ValidationFailed, "this token is not valid", "wrong_token");

    /// <summary>The name has failed too often.</summary>
    public static LoginVerdict TooOften { get; } = new(
        ResultType.ValidationFailed, "wrong name or password too often, try again later", "too_often");

    /// <summary>Nothing is wrong with the login, but it cannot be looked at now.</summary>
    public static LoginVerdict Busy { get; } = new(ResultType.MsgServerFull, "server is busy, try again", "busy");

    /// <summary>The user directory does not answer.</summary>
    public static LoginVerdict NoDirectory { get; } = new(
        ResultType.NoDbServer, "user directory is not available, try again", "no_directory");

    /// <summary>The presence registry does not answer; a session nobody can find would miss its messages.</summary>
    public static LoginVerdict NoPresence { get; } = new(
        ResultType.NoRouteServer, "presence is not available, try again", "no_presence");

    /// <summary>The login is good.</summary>
    public static LoginVerdict Accepted(UserAccount account, ResumeRecord? used = null) =>
        new(ResultType.Ok, "ok", used is null ? "ok" : "resumed", account, used);

    /// <summary>Whether the same login may be good in a while.</summary>
    public bool IsTransient => Result is not (ResultType.Ok or ResultType.ValidationFailed);
}
