namespace BrokerIm.Server.Chat;

/// <summary>Where a chat is shown and typed.</summary>
internal interface IChatScreen
{
    /// <summary>Shows one line of the conversation.</summary>
    void Show(ChatLine line);

    /// <summary>Shows something about the conversation that nobody wrote.</summary>
    void Note(string text);

    /// <summary>Shows something that went wrong.</summary>
    void Complain(string text);

    /// <summary>How many own messages still wait for the server.</summary>
    void Sending(int count);

    /// <summary>What is typed, line by line, until the end of the input.</summary>
    IAsyncEnumerable<string> ReadAsync(CancellationToken cancellationToken);
}
