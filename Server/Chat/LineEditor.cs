using System.Globalization;
using System.Text;

namespace BrokerIm.Server.Chat;

/// <summary>The line that is being typed: what a key does to it, and how it looks. Knows no terminal.</summary>
internal sealed class LineEditor
{
    private readonly List<string> _characters = [];

    /// <summary>What is typed so far.</summary>
    public string Text => string.Concat(_characters);

    /// <summary>Whether it is going to be a message rather than a command.</summary>
    public bool IsMessage => Text is [not '/', ..] or ['/', '/', ..];

    /// <summary>Applies a key.</summary>
    /// <returns>The line when the key ended it, otherwise null.</returns>
    public string? Press(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                var line = Text;
                _characters.Clear();
                return line;
            case ConsoleKey.Backspace:
                if (_characters.Count > 0)
                    _characters.RemoveAt(_characters.Count - 1);
                break;
            case ConsoleKey.U when control:
            case ConsoleKey.Escape:
                _characters.Clear();
                break;
            case ConsoleKey.W when control:
                RemoveWord();
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    Append(key.KeyChar);
                break;
        }

        return null;
    }

    /// <summary>The end of the line, as much of it as fits.</summary>
    /// <param name="columns">Columns there are; wide characters take two.</param>
    public string Tail(int columns)
    {
        var tail = new StringBuilder();
        for (var index = _characters.Count - 1; index >= 0; index--)
        {
            columns -= WidthOf(_characters[index]);
            if (columns < 0)
                break;
            tail.Insert(0, _characters[index]);
        }

        return tail.ToString();
    }

    private void Append(char typed)
    {
        // A character outside the basic plane arrives as two keys, and combining marks belong to what is before them.
        var joined = _characters.Count > 0 ? _characters[^1] + typed : "";
        if (joined.Length > 0 && StringInfo.GetNextTextElementLength(joined) == joined.Length)
            _characters[^1] = joined;
        else
            _characters.Add(typed.ToString());
    }

    private void RemoveWord()
    {
        while (_characters.Count > 0 && _characters[^1] == " ")
            _characters.RemoveAt(_characters.Count - 1);
        while (_characters.Count > 0 && _characters[^1] != " ")
            _characters.RemoveAt(_characters.Count - 1);
    }

    // East Asian scripts and emoji; enough to keep the line from wrapping.
    private static int WidthOf(string character) => char.ConvertToUtf32(Complete(character), 0) switch
    {
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 => 2,
        >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF00 and <= 0xFF60 => 2,
        >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    // Half of a pair, while the other half is on its way.
    private static string Complete(string character) => char.IsSurrogate(character[0]) && character.Length == 1 ? "?" : character;
}
