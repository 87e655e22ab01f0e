namespace BrokerIm.Faults.Checking;

/// <summary>One thing that must hold for a history, whatever was broken meanwhile.</summary>
/// <param name="Name">C1 and so on.</param>
/// <param name="Promise">What must hold, in a sentence.</param>
internal sealed record Rule(string Name, string Promise)
{
    public static readonly Rule Durable = new("C1", "An acknowledged message is in the history under its id, and in every page that covers it and was asked for after the acknowledgement.");
    public static readonly Rule Once = new("C2", "No message is stored twice.");
    public static readonly Rule Dense = new("C3", "The ids of a conversation are 1 to n.");
    public static readonly Rule Agreed = new("C4", "An id stands for one message, in every push, page and acknowledgement of every device.");
    public static readonly Rule InSendingOrder = new("C5", "Messages of one device to one conversation have rising ids.");
    public static readonly Rule InRealTimeOrder = new("C6", "What was acknowledged before another message was sent has the lower id.");
    public static readonly Rule Honest = new("C7", "A refused message is nowhere, and nothing is there that nobody sent.");
    public static readonly Rule MarksRise = new("C8", "Read marks never fall and never pass what was marked.");
    public static readonly Rule UnreadExact = new("C9", "What is shown as unread in the end is what the history and the marks come to.");
    public static readonly Rule PushedInOrder = new("C10", "Pushes of a connection and conversation rise without holes.");
    public static readonly Rule Delivered = new("C11", "In the end every online device holds every message of its conversations.");
    public static readonly Rule MembersOnly = new("C12", "Nobody sees a message of a conversation that he was not in.");
    public static readonly Rule NoLeaks = new("C13", "Memory, handles and threads come back to what they were, give or take a tenth.");
    public static readonly Rule NoDeadLetters = new("C14", "Nothing was put aside but what was broken on purpose.");
    public static readonly Rule NotCommittedEarly = new("C15", "No committed offset is above the lowest one that is not stored.");
    public static readonly Rule Recovered = new("C16", "After the fault at least nine tenths of the throughput are back.");
    public static readonly Rule NothingSecretLogged = new("C17", "No password and no message is in any log.");

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<Rule> All { get; } =
    [
        Durable, Once, Dense, Agreed, InSendingOrder, InRealTimeOrder, Honest, MarksRise, UnreadExact, PushedInOrder, Delivered,
        MembersOnly, NoLeaks, NoDeadLetters, NotCommittedEarly, Recovered, NothingSecretLogged,
    ];

    public override string ToString() => Name;
}
