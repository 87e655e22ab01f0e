using System.Buffers;
using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Unit.Contracts;

public sealed class FrameReaderTests
{
    private const int Max = 1_024;

    [Theory]
    [InlineData(0u, FrameReadResult.Malformed)]
    [InlineData(1u, FrameReadResult.Malformed)]
    [InlineData(15u, FrameReadResult.Malformed)]
    [InlineData(16u, FrameReadResult.Incomplete)]
    [InlineData((uint)Max, FrameReadResult.Incomplete)]
    [InlineData(Max + 1u, FrameReadResult.TooLarge)]
    [InlineData(0x7FFF_FFFFu, FrameReadResult.TooLarge)]
    [InlineData(0x8000_0000u, FrameReadResult.TooLarge)]
    [InlineData(0xFFFF_FFFFu, FrameReadResult.TooLarge)]
    public void Length_is_judged_as_soon_as_its_four_bytes_are_there(uint length, FrameReadResult expected)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);

        foreach (var received in new[] { new ReadOnlySequence<byte>(bytes), Segments.OfOneByte(bytes) })
        {
            var buffer = received;
            Assert.Equal(expected, FrameReader.TryRead(ref buffer, Max, out _, out var body));
            Assert.Equal(sizeof(uint), buffer.Length);
            Assert.True(body.IsEmpty);
        }
    }

    [Fact]
    public void A_length_above_2_to_the_31_is_too_large_for_any_limit()
    {
        var buffer = new ReadOnlySequence<byte>([0x80, 0, 0, 0]);
        Assert.Equal(FrameReadResult.TooLarge, FrameReader.TryRead(ref buffer, int.MaxValue, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Without_the_whole_length_nothing_is_judged(int received)
    {
        var buffer = new ReadOnlySequence<byte>(new byte[received]);
        Assert.Equal(FrameReadResult.Incomplete, FrameReader.TryRead(ref buffer, Max, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Max - FrameHeader.Size)]
    public void Smallest_and_largest_frame_are_accepted(int bodyLength)
    {
        var frame = Frame(sequence: 1, bodyLength);
        var buffer = new ReadOnlySequence<byte>(frame);

        Assert.Equal(FrameReadResult.Frame, FrameReader.TryRead(ref buffer, Max, out _, out var body));
        Assert.Equal(frame[FrameHeader.Size..], body.ToArray());
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Header_in_sixteen_pieces_is_put_together()
    {
        byte[] frame = [0, 0, 0, 17, 0x10, 1, 0x10, 2, 0x10, 3, 0x10, 4, 0x10, 5, 0x10, 6, 0xAB];
        var buffer = Segments.OfOneByte(frame);

        Assert.Equal(FrameReadResult.Frame, FrameReader.TryRead(ref buffer, Max, out var header, out var body));
        Assert.Equal(new FrameHeader(17, 0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006), header);
        Assert.Equal([0xAB], body.ToArray());
    }

    [Fact]
    public void Five_hundred_frames_in_one_segment_come_out_in_order()
    {
        byte[] bytes = [.. Enumerable.Range(0, 500).SelectMany(index => Frame((ushort)index, bodyLength: index % 7))];
        var buffer = new ReadOnlySequence<byte>(bytes);

        for (var index = 0; index < 500; index++)
        {
            Assert.Equal(FrameReadResult.Frame, FrameReader.TryRead(ref buffer, Max, out var header, out var body));
            Assert.Equal((index, index % 7), (header.Sequence, (int)body.Length));
        }
        Assert.Equal(FrameReadResult.Incomplete, FrameReader.TryRead(ref buffer, Max, out _, out _));
    }

    [Fact]
    public void A_frame_may_be_split_anywhere()
    {
        byte[] bytes = [.. Frame(sequence: 1, bodyLength: 5), .. Frame(sequence: 2, bodyLength: 3)];
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var buffer = Segments.Cut(bytes, cut);
            Assert.Equal(bytes[16..21], Read(ref buffer, sequence: 1));
            Assert.Equal(bytes[37..], Read(ref buffer, sequence: 2));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void An_unfinished_frame_is_left_in_the_buffer_until_its_last_byte_came()
    {
        var frame = Frame(sequence: 9, bodyLength: 20);
        for (var received = 0; received < frame.Length; received++)
        {
            var buffer = new ReadOnlySequence<byte>(frame, 0, received);
            Assert.Equal(FrameReadResult.Incomplete, FrameReader.TryRead(ref buffer, Max, out _, out _));
            Assert.Equal(received, buffer.Length);
        }
    }

    [Fact]
    public void Bytes_behind_a_frame_stay()
    {
        var buffer = new ReadOnlySequence<byte>([.. Frame(sequence: 3, bodyLength: 2), 0, 0, 7]);
        Read(ref buffer, sequence: 3);
        Assert.Equal([0, 0, 7], buffer.ToArray());
    }

    [Fact]
    public void Body_is_a_view_of_the_received_bytes()
    {
        var bytes = Frame(sequence: 4, bodyLength: 1);
        var buffer = new ReadOnlySequence<byte>(bytes);
        FrameReader.TryRead(ref buffer, Max, out _, out var body);

        bytes[^1] = 0x5A;
        Assert.Equal(0x5A, body.FirstSpan[0]);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var frame = Frame(sequence: 5, bodyLength: 40);
        ReadOnlySequence<byte>[] shapes = [new(frame), Segments.OfOneByte(frame)];
        ReadAll(shapes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var frames = ReadAll(shapes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal((2, 0), (frames, allocated));
    }

    private static int ReadAll(ReadOnlySequence<byte>[] shapes)
    {
        var frames = 0;
        foreach (var shape in shapes)
        {
            var buffer = shape;
            if (FrameReader.TryRead(ref buffer, Max, out _, out _) == FrameReadResult.Frame)
                frames++;
        }
        return frames;
    }

    private static byte[] Read(ref ReadOnlySequence<byte> buffer, ushort sequence)
    {
        Assert.Equal(FrameReadResult.Frame, FrameReader.TryRead(ref buffer, Max, out var header, out var body));
        Assert.Equal(sequence, header.Sequence);
        return body.ToArray();
    }

    private static byte[] Frame(ushort sequence, int bodyLength)
    {
        var frame = new byte[FrameHeader.Size + bodyLength];
        FrameHeader.For(Command.MsgData, bodyLength, sequence).Write(frame);
        for (var index = 0; index < bodyLength; index++)
            frame[FrameHeader.Size + index] = (byte)(sequence * 31 + index + 1);
        return frame;
    }
}
