using System.Buffers;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Unit.Contracts;

public sealed class FrameWriterTests
{
    private static readonly IMClientTimeRsp Time = new() { ServerTime = 1_700_000_000 };

    [Fact]
    public void All_ways_of_writing_make_the_same_frame()
    {
        var frame = FrameWriter.ToArray(Command.ClientTimeRsp, sequence: 7, Time);
        var output = new ArrayBufferWriter<byte>();

        Assert.Equal(frame.Length, FrameWriter.Write(output, Command.ClientTimeRsp, sequence: 7, Time));
        Assert.Equal(frame.Length, FrameWriter.Write(output, Command.ClientTimeRsp, sequence: 7, Time.ToByteArray()));
        Assert.Equal([.. frame, .. frame], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void A_frame_may_have_no_body()
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, Command.Heartbeat, sequence: 0, new IMHeartBeat());
        FrameWriter.Write(output, Command.Heartbeat, sequence: 0, []);

        var frame = FrameWriter.ToArray(Command.Heartbeat, sequence: 0, body: null);
        Assert.Equal([.. frame, .. frame], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void A_server_made_header_carries_the_right_service_and_nothing_informational() =>
        Assert.Equal(
            new FrameHeader(Length: 18, Version: 1, Flag: 0, Service: 3, Command.MsgDataAck, Sequence: 0xFF03, Reserved: 0),
            FrameHeader.For(Command.MsgDataAck, bodyLength: 2, sequence: 0xFF03));

    [Fact]
    public void A_header_is_written_as_it_was_read()
    {
        // What Android sends: version 6, reserved 0x0030. A heartbeat goes back with both.
        byte[] received = [0, 0, 0, 16, 0, 6, 0, 0, 0, 7, 7, 1, 0x12, 0x34, 0, 0x30];
        var written = new byte[FrameHeader.Size];
        FrameHeader.Read(received).Write(written);
        Assert.Equal(received, written);
    }

    [Fact]
    public void A_body_that_cannot_be_written_leaves_no_trace_in_the_output()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.ThrowsAny<Exception>(() => FrameWriter.Write(output, Command.MsgData, sequence: 1, new Unwritable()));
        Assert.Equal(0, output.WrittenCount);
    }

    /// <summary>Announces five bytes and then fails.</summary>
    private sealed class Unwritable : IMessage
    {
        public MessageDescriptor Descriptor => IMHeartBeat.Descriptor;

        public int CalculateSize() => 5;

        public void MergeFrom(CodedInputStream input) => throw new NotSupportedException();

        public void WriteTo(CodedOutputStream output) => throw new NotSupportedException();
    }
}
