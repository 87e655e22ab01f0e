using System.Text.Json.Serialization;

namespace BrokerIm.Faults.History;

/// <summary>Something a client device did or saw.</summary>
/// <param name="At">When, in microseconds of the one monotonic clock of the run; for what took time, when it was over.</param>
/// <param name="Device">Who; <see cref="PhaseBegan.Run"/> for the run itself.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(PhaseBegan), "phase")]
[JsonDerivedType(typeof(Connected), "connect")]
[JsonDerivedType(typeof(Disconnected), "disconnect")]
[JsonDerivedType(typeof(SendInvoked), "send")]
[JsonDerivedType(typeof(SendAcked), "ok")]
[JsonDerivedType(typeof(SendFailed), "fail")]
[JsonDerivedType(typeof(SendUnknown), "unknown")]
[JsonDerivedType(typeof(Pushed), "push")]
[JsonDerivedType(typeof(PageRead), "page")]
[JsonDerivedType(typeof(Marked), "readack")]
[JsonDerivedType(typeof(UnreadShown), "unread")]
[JsonDerivedType(typeof(MembershipChanged), "membership")]
internal abstract record HistoryEvent(long At, string Device);

/// <summary>The run went on to its next phase.</summary>
internal sealed record PhaseBegan(long At, string Device, Phase Phase) : HistoryEvent(At, Device)
{
    /// <summary>The device of events that are the run's own.</summary>
    public const string Run = "run";
}

/// <summary>What a run consists of, in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Phase>))]
internal enum Phase
{
    /// <summary>Traffic on a healthy installation.</summary>
    Warm,

    /// <summary>Traffic while something is broken.</summary>
    Fault,

    /// <summary>Traffic after it was mended.</summary>
    Healed,

    /// <summary>Nobody sends any more; what is read from here on is final.</summary>
    Quiet,
}

/// <summary>A session of its own begins: what the device sees from here on says nothing about what it saw before.</summary>
/// <param name="User">Whose device it is.</param>
internal sealed record Connected(long At, string Device, uint User) : HistoryEvent(At, Device);

/// <summary>The session is over.</summary>
internal sealed record Disconnected(long At, string Device, string Reason) : HistoryEvent(At, Device);

/// <summary>A message was given to the client, or given to it again under the same id.</summary>
internal sealed record SendInvoked(long At, string Device, string Conversation, string Cid, string Hash) : HistoryEvent(At, Device);

/// <summary>The server says that it is stored, and where.</summary>
internal sealed record SendAcked(long At, string Device, string Conversation, string Cid, uint Id) : HistoryEvent(At, Device);

/// <summary>The server says that it is not stored and will not be.</summary>
internal sealed record SendFailed(long At, string Device, string Conversation, string Cid, string Reason) : HistoryEvent(At, Device);

/// <summary>Nobody knows.</summary>
internal sealed record SendUnknown(long At, string Device, string Conversation, string Cid, string Reason) : HistoryEvent(At, Device);

/// <summary>A message came by itself.</summary>
internal sealed record Pushed(long At, string Device, string Conversation, uint Id, string Cid, string Hash) : HistoryEvent(At, Device);

/// <summary>A stretch of a conversation was asked for and answered.</summary>
/// <param name="InvokedAt">When it was asked for.</param>
/// <param name="From">First id asked for.</param>
/// <param name="To">Last id asked for.</param>
/// <param name="Messages">The answer.</param>
internal sealed record PageRead(
    long At, string Device, string Conversation, long InvokedAt, uint From, uint To, IReadOnlyList<PageMessage> Messages)
    : HistoryEvent(At, Device);

/// <summary>A message of a page.</summary>
/// <param name="Sender">User id.</param>
internal sealed record PageMessage(uint Id, string Cid, string Hash, uint Sender);

/// <summary>The device marked a conversation as read.</summary>
internal sealed record Marked(long At, string Device, string Conversation, uint Id) : HistoryEvent(At, Device);

/// <summary>How many messages of a conversation the server calls unread.</summary>
/// <param name="InvokedAt">When it was asked.</param>
/// <param name="Count">Zero also when the conversation was not in the answer.</param>
/// <param name="Head">The newest message that was counted; zero when the conversation was not in the answer.</param>
internal sealed record UnreadShown(long At, string Device, string Conversation, long InvokedAt, uint Count, uint Head)
    : HistoryEvent(At, Device);

/// <summary>Somebody was added to a group or removed from it.</summary>
/// <param name="InvokedAt">When it was asked for.</param>
/// <param name="User">Who.</param>
/// <param name="IsMember">Whether that makes the user a member.</param>
/// <param name="IsKnown">False when the answer was lost: it happened or not.</param>
internal sealed record MembershipChanged(
    long At, string Device, string Conversation, long InvokedAt, uint User, bool IsMember, bool IsKnown) : HistoryEvent(At, Device);
