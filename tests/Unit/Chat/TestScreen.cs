using System.Threading.Channels;
using BrokerIm.Server.Chat;

namespace BrokerIm.Tests.Unit.Chat;

/// <summary>A screen that a test types on and reads.</summary>
internal sealed class TestScreen : IChatScreen
{
    private readonly Channel<string> _input = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private Action<bool> _typing = _ => { };

    /// <summary>What is shown: remarks start with an asterisk, complaints with an exclamation mark, writers with a tilde.</summary>
    public ChannelReader<string> Output => _output.Reader;

    public bool IsInteractive { get; init; } = true;

    public void Type(string line) => _input.Writer.TryWrite(line);

    /// <summary>A line is begun, or ends.</summary>
    public void Begin(bool isTyping) => _typing(isTyping);

    public void End() => _input.Writer.Complete();

    public void Show(ChatLine line) => _output.Writer.TryWrite($"#{line.MessageId} {line.Who}: {line.Text}");

    public void Note(string text) => _output.Writer.TryWrite($"* {text}");

    public void Complain(string text) => _output.Writer.TryWrite($"! {text}");

    public void Sending(int count)
    {
    }

    public void Typing(string? who)
    {
        if (who is not null)
            _output.Writer.TryWrite($"~ {who}");
    }

    public IAsyncEnumerable<string> ReadAsync(Action<bool> typing, CancellationToken cancellationToken)
    {
        _typing = typing;
        return _input.Reader.ReadAllAsync(cancellationToken);
    }
}
