using System.Buffers.Binary;
using System.Security.Cryptography;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>What the way into the log knows of one connection; made when the connection sends for the first time.</summary>
internal sealed class SendState
{
    private const int NonceBytes = 16;

    // Nonce and receive counter: together never the same for two PDUs of any connection.
    private readonly byte[] _unique = new byte[NonceBytes + sizeof(ulong)];
    private ulong _received;

    public SendState(GatewayOptions options, TimeProvider time)
    {
        RandomNumberGenerator.Fill(_unique.AsSpan(0, NonceBytes));
        Sent = new(time);
        InFlight = new(options.InFlightPerConnection);
        TurnedAway = new(time);
    }

    /// <summary>Messages of the last seconds.</summary>
    public SentMemory Sent { get; }

    /// <summary>Entries that the log has not confirmed yet.</summary>
    public InFlightLimit InFlight { get; }

    /// <summary>What was turned away and has not come again. Commands of a connection come one by one, so nothing is locked.</summary>
    public TurnedAway TurnedAway { get; }

    /// <summary>An id for a message whose client makes none. Commands of a connection come one by one, so nothing is locked.</summary>
    /// <param name="stampMs">When the message was received, in Unix milliseconds.</param>
    public ClientMessageId MakeId(long stampMs)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_unique.AsSpan(NonceBytes), ++_received);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_unique, digest);
        return ClientMessageId.Create(stampMs, digest);
    }
}
