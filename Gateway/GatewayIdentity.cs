using System.Buffers.Binary;
using System.Security.Cryptography;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>The address of this run: the configured id and an incarnation drawn at start.</summary>
internal sealed class GatewayIdentity
{
    public GatewayIdentity(IOptions<GatewayOptions> options) => Address = new(options.Value.Id, DrawIncarnation());

    /// <summary>Where Deliver and other gateways reach this run.</summary>
    public GatewayAddress Address { get; }

    // 0 is what an unset field of a record says, so no run may be called that.
    private static ulong DrawIncarnation()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}
