namespace BrokerIm.Server.Chat;

/// <summary>Where a chat is shown and typed.</summary>
internal interface IChatScreen
{
    /// <summary>Whether somebody sees what goes wrong before he types the next line.</summary>
    bool IsInteractive { get; }

    /// <summary>Shows one line of the conversation.</summary>
    void Show(ChatLine line);

    /// <summary>Shows something about the conversation that nobody wrote.</summary>
    void Note(string text);

    /// <summary>Shows something that went wrong.</summary>
    void Complain(string text);

    /// <summary>How many own messages still wait for the server.</summary>
    void Sending(int count);

    /// <summary>Who is writing a message to us; null for nobody.</summary>
    void Typing(string? who);

    /// <summary>What is typed, line by line, until the end of the input.</summary>
    /// <param name="typing">Told when a message is begun, and when it is sent or given up; where lines come whole, never.</param>
    /// <param name="cancellationToken">Ends the lines.</param>
    IAsyncEnumerable<string> ReadAsync(Action<bool> typing, CancellationToken cancellationToken);
}
