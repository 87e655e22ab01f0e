namespace BrokerIm.Gateway.Directory;

/// <summary>Which addresses of pictures are passed on to other clients (protocol chapter 04 section 5).</summary>
internal static class AvatarUrl
{
    private static readonly string[] s_schemes = ["http", "https"];

    /// <summary>
    /// Whether it is none, an absolute HTTP address, or a path below the picture store: others' clients open it, and must not be
    /// made to open a script or a file of their own.
    /// </summary>
    /// <param name="text">As the client sent it; its length is not looked at.</param>
    public static bool IsAcceptable(string text)
    {
        if (text.Length > 0 && char.IsWhiteSpace(text[0]) || text.Any(char.IsControl))
            return false;

        var end = text.IndexOfAny([':', '/', '?', '#']);
        return end < 0 || text[end] != ':' || s_schemes.Contains(text[..end], StringComparer.OrdinalIgnoreCase);
    }
}
