namespace BrokerIm.Client.Events;

/// <summary>Fetches what a conversation lacks.</summary>
internal interface IGapRepair
{
    /// <summary>
    /// Carries out a <see cref="ConversationStepKind.Fetch"/> or <see cref="ConversationStepKind.FindStart"/>. Without a connection
    /// it does nothing: the conversation is looked at again after the reconnect.
    /// </summary>
    Task TryRepairAsync(ConversationStep step, CancellationToken cancellationToken);
}
