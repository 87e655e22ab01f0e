using System.Buffers.Binary;
using System.Security.Cryptography;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>The address of this run: the configured id and an incarnation drawn at start.</summary>
internal sealed class GatewayIdentity
{
    public GatewayIdentity(IOptions<GatewayOptions> options) => Address = new(options.Value.Id, DrawIncarnation());

    /// <summary>Where Deliver and other gateways reach this run.</summary>
    public GatewayAddress Address { get; }

    /// <summary>The session as the presence registry knows it.</summary>
    public PresenceEntry EntryOf(Session session) =>
        new(session.User, Address, session.Id, session.Client, session.LoginTimeMs);

    /// <summary>Where the session stands among those of its user and class.</summary>
    public LoginRank RankOf(Session session) => new(session.LoginTimeMs, Address, session.Id);

    // 0 is what an unset field of a record says, so no run may be called that.
    private static ulong DrawIncarnation()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}
