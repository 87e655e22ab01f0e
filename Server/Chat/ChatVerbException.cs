namespace BrokerIm.Server.Chat;

/// <summary>A command cannot be carried out as it was typed; the message says why.</summary>
internal sealed class ChatVerbException(string message) : Exception(message);
