namespace BrokerIm.Gateway.Directory;

/// <summary>Makes signatures fit (protocol chapter 04 section 4).</summary>
internal static class SignatureText
{
    /// <summary>Bytes of a signature in UTF-8.</summary>
    public const int MaxBytes = 128;

    /// <summary>
    /// The text, or as many of its first characters as fit. A refusal would very probably crash the iOS client, so there is none.
    /// </summary>
    public static string Cut(string text)
    {
        var (bytes, length) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
