namespace BrokerIm.Import;

/// <summary>Nothing can be imported; the message says why, for an operator.</summary>
public sealed class ImportRefusedException(string message, Exception? cause = null) : Exception(message, cause);
