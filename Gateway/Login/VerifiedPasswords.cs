using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// Passwords that were verified a short while ago, so that a reconnecting client costs microseconds. Holds keyed hashes under a
/// key that never leaves this process; a changed credential hashes to something else and so drops out by itself.
/// </summary>
internal sealed class VerifiedPasswords(IOptions<GatewayOptions> options, TimeProvider time)
{
    // About 15 MB.
    private const int MaxEntries = 100_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Dictionary<(UInt128, UInt128), long> _verified = [];
    private readonly Queue<((UInt128, UInt128) Mac, long Since)> _oldestFirst = [];

    /// <summary>Whether this text was found right for this account, with the credential it has now, not long ago.</summary>
    public bool Contains(UserAccount account, string clientText)
    {
        var mac = MacOf(account, clientText);
        lock (_gate)
        {
            return _verified.TryGetValue(mac, out var since) && time.GetElapsedTime(since) < options.Value.PasswordCacheLifetime;
        }
    }

    /// <summary>Notes that the text is right for the account.</summary>
    public void Add(UserAccount account, string clientText)
    {
        var mac = MacOf(account, clientText);
        var now = time.GetTimestamp();
        lock (_gate)
        {
            while (_oldestFirst.TryPeek(out var oldest)
                && (_oldestFirst.Count >= MaxEntries || time.GetElapsedTime(oldest.Since) >= options.Value.PasswordCacheLifetime))
            {
                _oldestFirst.Dequeue();

                // Verified again since, it has a younger entry in the queue.
                if (_verified.TryGetValue(oldest.Mac, out var since) && since == oldest.Since)
                    _verified.Remove(oldest.Mac);
            }

            _verified[mac] = now;
            _oldestFirst.Enqueue((mac, now));
        }
    }

    private (UInt128, UInt128) MacOf(UserAccount account, string clientText)
    {
        // Lengths keep two different triples from running together into one input.
        var text = Encoding.UTF8.GetBytes(clientText);
        var credential = Encoding.UTF8.GetBytes(account.Credential);
        var input = new byte[2 * sizeof(uint) + text.Length + credential.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(input, account.Profile.Id.Value);
        BinaryPrimitives.WriteInt32LittleEndian(input.AsSpan(sizeof(uint)), text.Length);
        text.CopyTo(input, 2 * sizeof(uint));
        credential.CopyTo(input, 2 * sizeof(uint) + text.Length);

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, input, mac);
        return (BinaryPrimitives.ReadUInt128LittleEndian(mac), BinaryPrimitives.ReadUInt128LittleEndian(mac[16..]));
    }
}
