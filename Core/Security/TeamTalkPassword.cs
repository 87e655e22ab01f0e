using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Core.Security;

/// <summary>
/// A password as a TeamTalk server stored it: <c>v0$teamtalk-md5$salt$hash</c>, the salt in Base64, the hash in hex, made from the 32
/// characters that clients send and the salt behind them (protocol chapter 02 section 2.3). It is there only until its user logs in:
/// then a <see cref="PasswordRecord"/> takes its place.
/// </summary>
public sealed class TeamTalkPassword
{
    private const string Scheme = "v0$teamtalk-md5";

    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private TeamTalkPassword(byte[] salt, byte[] hash) => (_salt, _hash) = (salt, hash);

    /// <summary>Makes a record of what the old database holds; null when that is no MD5 in hex.</summary>
    /// <param name="hash">Column <c>password</c>.</param>
    /// <param name="salt">Column <c>salt</c>.</param>
    public static TeamTalkPassword? Create(string hash, string salt) =>
        HashOf(hash) is { } bytes ? new(Encoding.UTF8.GetBytes(salt), bytes) : null;

    /// <summary>Reads the stored form; null when it is not one.</summary>
    public static TeamTalkPassword? Parse(string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length != 4 || $"{parts[0]}${parts[1]}" != Scheme || HashOf(parts[3]) is not { } hash)
            return null;

        var salt = new byte[parts[2].Length];
        return Convert.TryFromBase64String(parts[2], salt, out var length) ? new(salt[..length], hash) : null;
    }

    /// <summary>Whether the text a client sent belongs to this record; takes the same time whatever the text.</summary>
    public bool Verify(string clientText)
    {
        byte[] salted = [.. Encoding.UTF8.GetBytes(clientText), .. _salt];
#pragma warning disable CA5351 // What the old server stored is MD5; it is replaced as soon as it was verified once.
        return CryptographicOperations.FixedTimeEquals(MD5.HashData(salted), _hash);
#pragma warning restore CA5351
    }

    /// <summary>The stored form.</summary>
    public override string ToString() => $"{Scheme}${Convert.ToBase64String(_salt)}${Convert.ToHexStringLower(_hash)}";

    private static byte[]? HashOf(string hex) =>
        hex.Length == 2 * MD5.HashSizeInBytes && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : null;
}
