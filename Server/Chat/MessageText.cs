using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>Turns message content into one line that is safe to write to a terminal.</summary>
internal static partial class MessageText
{
    /// <summary>What to show for a message.</summary>
    public static string Of(ChatMessage message)
    {
        if (message.Type is MsgType.SingleAudio or MsgType.GroupAudio)
            return Audio(message.Data.Span);
        return message.Text is { } text ? Clean(Picture().Replace(text, "[picture $1]")) : "[unreadable message]";
    }

    /// <summary>
    /// The text without what could command the terminal: a message must not be able to move the cursor, set the window title or
    /// pass for a line that somebody else wrote.
    /// </summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value == '\n')
                clean.Append(" ⏎ ");
            else if (rune.Value == '\t')
                clean.Append(' ');
            else
                clean.Append(Rune.IsControl(rune) || IsDirectionMark(rune) ? Rune.ReplacementChar : rune);
        }

        return clean.ToString();
    }

    // Marks that make a terminal show text in another order than it is written.
    private static bool IsDirectionMark(Rune rune) => rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069;

    // Protocol chapter 03 section 10.3.
    private static string Audio(ReadOnlySpan<byte> data) =>
        data.Length >= 4 ? $"[audio, {BinaryPrimitives.ReadUInt32BigEndian(data)} s]" : "[audio]";

    // Protocol chapter 03 section 10.2.
    [GeneratedRegex(@"&\$#@~\^@\[\{:(.*?):\}\]&\$~@#@")]
    private static partial Regex Picture();
}
