namespace BrokerIm.Client.Events;

/// <summary>What a conversation needs next.</summary>
internal enum ConversationStepKind
{
    /// <summary>Nothing until something happens.</summary>
    Nothing,

    /// <summary>A message is due.</summary>
    Deliver,

    /// <summary>The history must be asked for a range.</summary>
    Fetch,

    /// <summary>It must be found out which messages up to <see cref="ConversationStep.To"/> are newer than the client.</summary>
    FindStart,
}

/// <inheritdoc cref="ConversationStepKind"/>
/// <param name="Kind">What to do.</param>
/// <param name="Peer">In which conversation.</param>
/// <param name="Message">The message that is due.</param>
/// <param name="From">First id to fetch.</param>
/// <param name="To">Last id to fetch.</param>
internal readonly record struct ConversationStep(
    ConversationStepKind Kind, Peer Peer, ChatMessage? Message = null, uint From = 0, uint To = 0)
{
    public static ConversationStep Nothing => default;

    public static ConversationStep Deliver(ChatMessage message) => new(ConversationStepKind.Deliver, message.Peer, message);

    public static ConversationStep Fetch(Peer peer, uint from, uint to) =>
        new(ConversationStepKind.Fetch, peer, From: from, To: to);

    public static ConversationStep FindStart(Peer peer, uint upTo) => new(ConversationStepKind.FindStart, peer, To: upTo);
}
