using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Spectre.Console;

namespace BrokerIm.Server.Chat;

/// <summary>
/// A chat at a terminal: what happens scrolls by above the line that is being typed, which stays at the bottom and whole.
/// </summary>
internal sealed class TerminalScreen(string prompt) : IChatScreen
{
    private const string EraseLine = "\r\u001b[K";

    private readonly Lock _gate = new();
    private readonly LineEditor _line = new();
    private int _sending;
    private string? _writer;
    private bool _isTyping;

    public bool IsInteractive => true;

    public void Show(ChatLine line)
    {
        var who = line.IsOwn ? "[green]" : "[blue]";
        var time = line.Time.LocalDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);
        Write($"[grey]{time}[/] {who}{Markup.Escape(line.Who)}[/] {Markup.Escape(line.Text)} {Tick(line)}");
    }

    public void Note(string text) => Write($"[grey]{Markup.Escape(text)}[/]");

    public void Complain(string text) => Write($"[red]{Markup.Escape(text)}[/]");

    public void Sending(int count)
    {
        lock (_gate)
        {
            _sending = count;
            Redraw();
        }
    }

    public void Typing(string? who)
    {
        lock (_gate)
        {
            _writer = who;
            Redraw();
        }
    }

    public async IAsyncEnumerable<string> ReadAsync(
        Action<bool> typing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lines = Channel.CreateUnbounded<string>();
        lock (_gate)
        {
            _isTyping = true;
            Redraw();
        }

        // A terminal cannot be asked to stop waiting for a key; a background thread does not keep the process.
        new Thread(() => ReadKeys(lines.Writer, typing)) { IsBackground = true, Name = "keys" }.Start();
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken))
                yield return line;
        }
        finally
        {
            lock (_gate)
            {
                _isTyping = false;
                Console.Write(EraseLine);
            }
        }
    }

    private static string Tick(ChatLine line) => string.Create(
        CultureInfo.InvariantCulture, $"{(line.IsOwn ? "[green]✓[/] " : "")}[grey]#{line.MessageId}[/]");

    private void ReadKeys(ChannelWriter<string> lines, Action<bool> typing)
    {
        for (var wasMessage = false; ;)
        {
            var key = Console.ReadKey(intercept: true);
            bool isMessage;
            lock (_gate)
            {
                if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && _line.Text.Length == 0)
                {
                    lines.Complete();
                    return;
                }

                if (_line.Press(key) is { } line)
                    lines.TryWrite(line);
                Redraw();
                isMessage = _line.IsMessage;
            }

            if (isMessage != wasMessage)
                typing(isMessage);
            wasMessage = isMessage;
        }
    }

    private void Write(string markup)
    {
        lock (_gate)
        {
            Console.Write(EraseLine);
            AnsiConsole.MarkupLine(markup);
            Redraw();
        }
    }

    private void Redraw()
    {
        if (!_isTyping)
            return;

        var start = (_writer is null ? "" : $"({_writer} is writing) ") + (_sending > 0 ? $"({_sending} on the way) " : "") + prompt;
        Console.Write(EraseLine + start + _line.Tail(Math.Max(1, Console.WindowWidth - start.Length - 1)));
    }
}
