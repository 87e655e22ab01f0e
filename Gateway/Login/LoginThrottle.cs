using System.Net;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// Slows the guessing of passwords. Kept in this process alone, for names that exist and names that do not alike.
/// </summary>
/// <remarks>
/// Three bounds. A name, from one network: from the fifth failure on the next try has to wait, longer each time, and with more than
/// ten in thirty minutes there is none (protocol chapter 02 section 2.2, which counts per name alone and so lets anybody lock
/// anybody out). A name, from everywhere: a hundred. A network, whatever the names: <see cref="GatewayOptions.LoginFailuresPerNetwork"/>
/// in ten minutes, so that one password is not tried on everybody.
/// </remarks>
internal sealed class LoginThrottle(IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int FreeFailures = 5;
    private const int MaxFailures = 10;
    private const int MaxFailuresOfName = 100;

    // About 10 MB each. Pushing a name out takes so many failed logins under other names, each of which costs a derivation.
    private const int MaxKeys = 50_000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_networkWindow = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly RecentKeys<Failures> _guesses = new(MaxKeys);
    private readonly RecentKeys<Bucket> _names = new(MaxKeys);
    private readonly RecentKeys<Bucket> _networks = new(MaxKeys);
    private readonly int _perNetwork = options.Value.LoginFailuresPerNetwork;
    private readonly long _start = time.GetTimestamp();

    /// <summary>Whether the network of this address has not failed too often.</summary>
    public bool MayTryFrom(IPAddress? remote)
    {
        if (_perNetwork == 0)
            return true;
        lock (_gate)
        {
            return !_networks.TryFind(KeyOf(remote), out var bucket) || bucket.HasRoom(Now, _perNetwork, s_networkWindow);
        }
    }

    /// <summary>Counts a failure against the network of this address.</summary>
    public void FailedFrom(IPAddress? remote)
    {
        if (_perNetwork == 0)
            return;
        lock (_gate)
            _networks.Use(KeyOf(remote)).Add(Now, _perNetwork, s_networkWindow);
    }

    /// <summary>
    /// Starts an attempt. It counts as a failure of the name until <see cref="Succeeded"/> or <see cref="Withdraw"/> says otherwise,
    /// so that many attempts at once get no more guesses than one after the other.
    /// </summary>
    /// <returns>False when the name has failed too often, or too short a while ago; the attempt is not recorded then.</returns>
    public bool TryBegin(string name, IPAddress? remote)
    {
        lock (_gate)
        {
            var failures = _guesses.Use(KeyOf(name, remote));
            var ofName = _names.Use(RecentKeys<Bucket>.KeyOf(name));
            if (!failures.MayTry(Now) || !ofName.HasRoom(Now, MaxFailuresOfName, s_window))
                return false;

            failures.Times.Add(Now);
            ofName.Add(Now, MaxFailuresOfName, s_window);
            return true;
        }
    }

    /// <summary>Forgets the failures of the name from this network.</summary>
    public void Succeeded(string name, IPAddress? remote)
    {
        lock (_gate)
        {
            TakeBack(name);
            _guesses.Remove(KeyOf(name, remote));
        }
    }

    /// <summary>Takes one attempt back: it came to no decision.</summary>
    public void Withdraw(string name, IPAddress? remote)
    {
        lock (_gate)
        {
            TakeBack(name);
            if (_guesses.TryFind(KeyOf(name, remote), out var failures) && failures.Times.Count > 0)
                failures.Times.RemoveAt(failures.Times.Count - 1);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private static UInt128 KeyOf(IPAddress? remote) => RecentKeys<Bucket>.KeyOf(ClientNetwork.Of(remote).ToString());

    private static UInt128 KeyOf(string name, IPAddress? remote) =>
        RecentKeys<Failures>.KeyOf($"{ClientNetwork.Of(remote)} {name}");

    private void TakeBack(string name)
    {
        if (_names.TryFind(RecentKeys<Bucket>.KeyOf(name), out var bucket))
            bucket.TakeBack(MaxFailuresOfName, s_window);
    }

    /// <summary>Failures of one name from one network, the latest last.</summary>
    private sealed class Failures
    {
        public List<TimeSpan> Times { get; } = [];

        public bool MayTry(TimeSpan now)
        {
            Times.RemoveAll(past => now - past > s_window);
            if (Times.Count < FreeFailures)
                return true;

            // 1 s after the fifth, then twice as long each time.
            return Times.Count <= MaxFailures && now - Times[^1] >= TimeSpan.FromSeconds(1 << (Times.Count - FreeFailures));
        }
    }

    /// <summary>Counts in one number: when all that was counted will have run out.</summary>
    private sealed class Bucket
    {
        private TimeSpan _emptyAt;

        public bool HasRoom(TimeSpan now, int max, TimeSpan window) => _emptyAt - now <= window - (window / max);

        public void Add(TimeSpan now, int max, TimeSpan window) => _emptyAt = (_emptyAt > now ? _emptyAt : now) + (window / max);

        public void TakeBack(int max, TimeSpan window) => _emptyAt -= window / max;
    }
}
