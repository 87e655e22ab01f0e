namespace BrokerIm.Server.Chat;

/// <summary>One message as it is shown.</summary>
/// <param name="Time">When it was stored.</param>
/// <param name="Who">Name of the sender.</param>
/// <param name="Text">Safe to write to a terminal, on one line.</param>
/// <param name="MessageId">Rank in the conversation.</param>
/// <param name="IsOwn">Sent by the user of this chat; so it has been acknowledged.</param>
internal sealed record ChatLine(DateTimeOffset Time, string Who, string Text, uint MessageId, bool IsOwn);
