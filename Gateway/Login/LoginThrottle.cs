using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// Slows guessing of one name's password: with more than ten failures in thirty minutes further attempts are refused unlooked at
/// (protocol chapter 02 section 2.2). Kept in this process alone, for names that exist and names that do not alike.
/// </summary>
internal sealed class LoginThrottle(TimeProvider time)
{
    private const int MaxFailures = 10;

    // About 10 MB. Pushing a name out takes so many failed logins under other names, each of which costs a derivation.
    private const int MaxNames = 50_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, LinkedListNode<Failures>> _names = [];
    private readonly LinkedList<Failures> _longestAgoFirst = [];

    /// <summary>
    /// Starts an attempt. It counts as a failure until <see cref="Succeeded"/> or <see cref="Withdraw"/> says otherwise, so that
    /// many attempts at once get no more guesses than one after the other.
    /// </summary>
    /// <returns>False when the name has failed too often; the attempt is not recorded then.</returns>
    public bool TryBegin(string name)
    {
        var key = KeyOf(name);
        lock (_gate)
        {
            var node = _names.GetValueOrDefault(key) ?? Add(key);
            var times = node.Value.Times;
            times.RemoveAll(past => time.GetElapsedTime(past) > Window);
            if (times.Count > MaxFailures)
                return false;

            times.Add(time.GetTimestamp());
            _longestAgoFirst.Remove(node);
            _longestAgoFirst.AddLast(node);
            return true;
        }
    }

    /// <summary>Forgets the name's failures.</summary>
    public void Succeeded(string name)
    {
        lock (_gate)
        {
            if (_names.Remove(KeyOf(name), out var node))
                _longestAgoFirst.Remove(node);
        }
    }

    /// <summary>Takes one attempt back: it came to no decision.</summary>
    public void Withdraw(string name)
    {
        lock (_gate)
        {
            if (_names.GetValueOrDefault(KeyOf(name))?.Value.Times is { Count: > 0 } times)
                times.RemoveAt(times.Count - 1);
        }
    }

    // Names come from strangers and may be long; their hash is not.
    private static UInt128 KeyOf(string name) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private LinkedListNode<Failures> Add(UInt128 key)
    {
        if (_names.Count == MaxNames && _longestAgoFirst.First is { } oldest)
        {
            _names.Remove(oldest.Value.Key);
            _longestAgoFirst.RemoveFirst();
        }

        return _names[key] = _longestAgoFirst.AddLast(new Failures(key, []));
    }

    private sealed record Failures(UInt128 Key, List<long> Times);
}
