using System.Buffers;
using Google.Protobuf;

namespace BrokerIm.Contracts.Wire;

/// <summary>Builds the frames a server sends (protocol chapter 01 section 2).</summary>
public static class FrameWriter
{
    /// <summary>Appends one frame with <paramref name="body"/> serialised straight into <paramref name="output"/>.</summary>
    /// <param name="output">Nothing is added to it when the body cannot be written.</param>
    /// <param name="command">Full command id; the service number follows from it.</param>
    /// <param name="sequence">The request's sequence, or 0 for a push.</param>
    /// <param name="body">Every required field must be set; an unset one is left out, and clients then drop the frame.</param>
    /// <returns>Bytes of the whole frame.</returns>
    public static int Write(IBufferWriter<byte> output, ushort command, ushort sequence, IMessage body)
    {
        var header = FrameHeader.For(command, body.CalculateSize(), sequence);
        var frame = output.GetSpan((int)header.Length)[..(int)header.Length];
        header.Write(frame);

        // The span ends where the header says it does: a body that changes size meanwhile throws here, before Advance,
        // instead of putting the peer out of step.
        body.WriteTo(frame[FrameHeader.Size..]);
        output.Advance(frame.Length);
        return frame.Length;
    }

    /// <summary>Appends one frame around a body that is serialised already.</summary>
    /// <inheritdoc cref="Write(IBufferWriter{byte}, ushort, ushort, IMessage)"/>
    public static int Write(IBufferWriter<byte> output, ushort command, ushort sequence, ReadOnlySpan<byte> body)
    {
        var header = FrameHeader.For(command, body.Length, sequence);
        var frame = output.GetSpan((int)header.Length)[..(int)header.Length];
        header.Write(frame);
        body.CopyTo(frame[FrameHeader.Size..]);
        output.Advance(frame.Length);
        return frame.Length;
    }

    /// <summary>One frame as an array of its own.</summary>
    /// <param name="command">Full command id; the service number follows from it.</param>
    /// <param name="sequence">The request's sequence, or 0 for a push.</param>
    /// <param name="body">Null for an empty body.</param>
    public static byte[] ToArray(ushort command, ushort sequence, IMessage? body)
    {
        var header = FrameHeader.For(command, body?.CalculateSize() ?? 0, sequence);
        var frame = new byte[header.Length];
        header.Write(frame);
        body?.WriteTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }
}
