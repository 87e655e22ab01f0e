using System.Globalization;
using System.Runtime.CompilerServices;

namespace BrokerIm.Server.Chat;

/// <summary>
/// A chat through pipes: one line per message on the output, remarks start with an asterisk, complaints go to the error output.
/// Times are in UTC.
/// </summary>
internal sealed class PlainScreen(TextReader input, TextWriter output, TextWriter errors) : IChatScreen
{
    private readonly Lock _gate = new();

    public bool IsInteractive => false;

    public void Show(ChatLine line) => Write(
        output,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{line.Time.UtcDateTime:HH:mm:ss} #{line.MessageId} {line.Who}: {line.Text}{(line.IsOwn ? " ✓" : "")}"));

    public void Note(string text) => Write(output, $"* {text}");

    public void Complain(string text) => Write(errors, text);

    public void Sending(int count)
    {
        // Who reads this through a pipe sees what is acknowledged; the rest is no line yet.
    }

    public void Typing(string? who)
    {
        // Likewise.
    }

    public async IAsyncEnumerable<string> ReadAsync(
        Action<bool> typing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            string? line;
            try
            {
                // A console cannot be asked to stop reading, only be left alone.
                line = await Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }

            if (line is null)
                yield break;
            yield return line;
        }
    }

    private void Write(TextWriter to, string line)
    {
        lock (_gate)
            to.WriteLine(line);
    }
}
