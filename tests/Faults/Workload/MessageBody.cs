using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Faults.Workload;

/// <summary>
/// What a message says: its conversation, its device, a number, its client id and some random padding, with a hash of all that
/// behind it, so that one look at a message tells whether it is one and whose.
/// </summary>
internal static class MessageBody
{
    /// <summary>Part of every message; found in a log, it is a violation.</summary>
    public const string Canary = "canary-body-91e7";

    /// <summary>Where a message's client id is not to be read from it.</summary>
    public const string NoCid = "?";

    private const int MaxPadding = 200;

    public static string Make(string conversation, string device, int number, string cid, Random random)
    {
        var padding = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(random.Next(MaxPadding)));
        var text = $"{Canary}|{conversation}|{device}|{number}|{cid}|{padding}";
        return $"{text}|{HashOf(text)}";
    }

    /// <summary>What a message that was read is: its client id, and the hash of all of it.</summary>
    public static (string Cid, string Hash) Read(string? text)
    {
        if (text is null || text.LastIndexOf('|') is not (> 0 and var end))
            return (NoCid, HashOf(text ?? ""));

        var parts = text.Split('|');
        return parts.Length == 7 && parts[6] == HashOf(text[..end]) ? (parts[4], HashOf(text)) : (NoCid, HashOf(text));
    }

    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..8]);
}
