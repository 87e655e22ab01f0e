using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Authorisation;

/// <summary>Who sends a command. All but the first are logged in.</summary>
public enum Role
{
    /// <summary>Nobody yet: a connection without login.</summary>
    BeforeLogin,

    /// <summary>Made the group that the commands are about.</summary>
    Owner,

    /// <summary>Another user, and a member of the group.</summary>
    Member,

    /// <summary>A user who never was in the group.</summary>
    Stranger,

    /// <summary>A user who was in the group, wrote there, and was removed.</summary>
    Removed,
}

/// <summary>What the sender hears.</summary>
internal enum Outcome
{
    /// <summary>Nothing, and the connection stays.</summary>
    Silence,

    /// <summary>An answer with something in it, or with result 0.</summary>
    Answered,

    /// <summary>An answer that there is nothing.</summary>
    Empty,

    /// <summary>An answer with a result other than 0.</summary>
    Refused,
}

/// <summary>One command, or one use of it, and what each role gets out of it.</summary>
/// <param name="Command">Id of the command.</param>
/// <param name="Use">Tells uses of one command apart; empty when there is one.</param>
/// <param name="Request">Made for a cast and whoever of it acts, with the ids of somebody else wherever it names its sender.</param>
/// <param name="Expected">One for each <see cref="Role"/>, in that order.</param>
/// <param name="ChangesGroup">Whether it may change what the owner sees, when it is answered.</param>
internal sealed record AuthorisationRow(
    ushort Command, string Use, Func<Cast, Role, IMessage?> Request, Outcome[] Expected, bool ChangesGroup = false)
{
    public override string ToString() => $"0x{Command:x4} {Use}".TrimEnd();
}
