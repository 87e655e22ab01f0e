using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Core.Security;

/// <summary>
/// A stored password: <c>v1$pbkdf2-sha512$iterations$salt$hash</c>, salt and hash in Base64, over the 32 hex characters that
/// TeamTalk clients send (protocol chapter 02 section 2.3).
/// </summary>
/// <remarks>
/// Deriving takes tens to hundreds of milliseconds of CPU at the default; callers bound how many run at once.
/// </remarks>
public sealed class PasswordRecord
{
    /// <summary>OWASP's figure of 2023 for PBKDF2-HMAC-SHA512.</summary>
    public const int DefaultIterations = 210_000;

    private const string Scheme = "v1$pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private PasswordRecord(int iterations, byte[] salt, byte[] hash)
    {
        Iterations = iterations;
        _salt = salt;
        _hash = hash;
    }

    /// <summary>Work factor of this record.</summary>
    public int Iterations { get; }

    /// <summary>What a TeamTalk client sends for a password: lowercase hex of its MD5.</summary>
    public static string ClientText(string password) =>
#pragma warning disable CA5351 // The clients' protocol fixes MD5 here; what is stored is derived by PBKDF2 from it.
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5351

    /// <summary>Derives a new record with a random salt.</summary>
    public static PasswordRecord Create(string clientText, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new(iterations, salt, Derive(clientText, salt, iterations));
    }

    /// <summary>Reads the stored form; null when it is not one.</summary>
    public static PasswordRecord? Parse(string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length != 5
            || $"{parts[0]}${parts[1]}" != Scheme
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations < 1)
            return null;

        try
        {
            return new(iterations, Convert.FromBase64String(parts[3]), Convert.FromBase64String(parts[4]));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the text a client sent belongs to this record; takes the same time whatever the text.</summary>
    public bool Verify(string clientText) =>
        CryptographicOperations.FixedTimeEquals(Derive(clientText, _salt, Iterations), _hash);

    /// <summary>The stored form.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${Iterations}${Convert.ToBase64String(_salt)}${Convert.ToBase64String(_hash)}");

    private static byte[] Derive(string clientText, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(clientText), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
