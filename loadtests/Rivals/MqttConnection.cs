using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>
/// MQTT 3.1.1 with QoS 1: a user subscribes to a topic of his own and publishes to that of his partner. The broker's PUBACK is the
/// ack; the receiver sends one for each message, as the protocol asks of him.
/// </summary>
internal sealed class MqttConnection : ByteConnection
{
    private const byte ConnAck = 2, Publish = 3, PubAck = 4, SubAck = 9;

    private readonly byte[] _topic;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private MqttConnection(Socket socket, string partner, ITalkListener listener, WireMeter wire)
        : base(socket, listener, wire) => _topic = TextOf($"user/{partner}");

    /// <summary>Connects and subscribes.</summary>
    /// <exception cref="InvalidOperationException">The broker refuses.</exception>
    public static async Task<MqttConnection> ConnectAsync(
        EndPoint server, string user, string partner, ITalkListener listener, WireMeter wire, CancellationToken cancellationToken)
    {
        var connection = new MqttConnection(await OpenAsync(server, cancellationToken), partner, listener, wire);
        connection.Start();

        // Protocol level 4, a clean session, no keep-alive; then one subscription with QoS 1.
        connection.WritePacket(0x10, [.. TextOf("MQTT"), 4, 0x02, 0, 0, .. TextOf(user)]);
        connection.WritePacket(0x82, [0, 1, .. TextOf($"user/{user}"), 1]);
        connection.Flush();
        await Task.WhenAny(connection._ready.Task, connection.Ended).WaitAsync(cancellationToken);
        if (connection._ready.Task.IsCompletedSuccessfully)
            return connection;

        await connection.DisposeAsync();
        throw new InvalidOperationException($"The broker did not let {user} in: {(await connection.Ended)?.Message}");
    }

    /// <inheritdoc/>
    public override void Send(in SendWindow.Slot slot, ReadOnlySpan<byte> data)
    {
        Span<byte> body = stackalloc byte[_topic.Length + 2 + data.Length];
        _topic.CopyTo(body);
        BinaryPrimitives.WriteUInt16BigEndian(body[_topic.Length..], SendWindow.SequenceOf(slot.Number));
        data.CopyTo(body[(_topic.Length + 2)..]);
        WritePacket(0x32, body);
    }

    /// <inheritdoc/>
    public override void Beat()
    {
        WritePacket(0xC0, []);
        Flush();
    }

    /// <inheritdoc/>
    protected override int Take(ReadOnlySpan<byte> received)
    {
        var used = 0;
        while (TryReadPacket(received[used..], out var kind, out var body, out var length))
        {
            used += length;
            switch (kind >> 4)
            {
                case PubAck:
                    Listener.OnAck(null, BinaryPrimitives.ReadUInt16BigEndian(body), id: 0, SendStatus.Stored);
                    break;
                case Publish:
                    var topic = BinaryPrimitives.ReadUInt16BigEndian(body);
                    var packet = body.Slice(2 + topic, 2);
                    WritePacket(0x40, packet);
                    Listener.OnMessage(body[(2 + topic + 2)..], id: 0);
                    break;
                case ConnAck when body[1] != 0:
                    throw new InvalidDataException($"CONNACK with code {body[1]}.");
                case SubAck:
                    _ready.TrySetResult();
                    break;
            }
        }

        return used;
    }

    /// <summary>Reads one packet; false while it is not complete.</summary>
    internal static bool TryReadPacket(ReadOnlySpan<byte> received, out byte kind, out ReadOnlySpan<byte> body, out int length)
    {
        kind = 0;
        body = default;
        length = 0;
        var rest = 0;
        for (var index = 1; index < received.Length; index++)
        {
            if (index > 4)
                throw new InvalidDataException("A length of more than four bytes.");
            rest |= (received[index] & 0x7F) << (7 * (index - 1));
            if (received[index] >= 0x80)
                continue;

            length = index + 1 + rest;
            if (length > received.Length)
                return false;
            kind = received[0];
            body = received.Slice(index + 1, rest);
            return true;
        }

        return false;
    }

    // A packet is written in one piece: between two, another thread's may come.
    private void WritePacket(byte kind, ReadOnlySpan<byte> body)
    {
        Span<byte> packet = stackalloc byte[5 + body.Length];
        packet[0] = kind;
        var at = 1;
        for (var rest = body.Length; ; rest >>= 7)
        {
            packet[at++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80)
                break;
        }

        body.CopyTo(packet[at..]);
        Write(packet[..(at + body.Length)]);
    }

    private static byte[] TextOf(string text) => [(byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
