using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>The address of this run: the configured id and an incarnation, which is larger with every start.</summary>
internal sealed class GatewayIdentity(IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int RandomBits = 20;

    /// <summary>Where Deliver and other gateways reach this run.</summary>
    public GatewayAddress Address { get; } = new(options.Value.Id, NewIncarnation(time));

    /// <summary>The session as the presence registry knows it.</summary>
    public PresenceEntry EntryOf(Session session) =>
        new(session.User, Address, session.Id, session.Client, session.LoginTimeMs);

    /// <summary>Where the session stands among those of its user and class.</summary>
    public LoginRank RankOf(Session session) => new(session.LoginTimeMs, Address, session.Id);

    // Of two runs under one id the later counts, whatever a dead one's last words say that arrive late. The random bits tell apart
    // what started in the same millisecond. Never 0, which is what an unset field of a record says.
    private static ulong NewIncarnation(TimeProvider time) =>
        ((ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << RandomBits) | (uint)Random.Shared.Next(1 << RandomBits);
}
