using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>Compressed bodies.</summary>
public sealed class CompressionTests
{
    [Fact]
    public void Long_bodies_get_shorter_and_come_back_as_they_were()
    {
        var (frame, compressed) = (Frame(10_000), new WireBuffer());

        Assert.True(Lz4.TryCompress(frame, compressed));

        Assert.True(compressed.Length < frame.Length / 10);
        var header = FrameHeader.ReadAnswer(Answered(compressed.Written), int.MaxValue);
        Assert.Equal(FrameFlags.Compressed | FrameFlags.Tracing, header.Flags);
        Assert.Equal(compressed.Length - FrameHeader.Size, header.Length);
        var answer = Lz4.Decompress(header, new(compressed.Written[FrameHeader.Size..].ToArray()), int.MaxValue);
        Assert.Equal(frame.Written[FrameHeader.Size..], answer.Body);
        Assert.Equal(FrameFlags.Tracing, answer.Flags);
    }

    [Fact]
    public void Short_bodies_stay_as_they_are() => Assert.False(Lz4.TryCompress(Frame(100), new()));

    [Fact]
    public void Damaged_and_oversized_bodies_are_refused()
    {
        var (frame, compressed) = (Frame(10_000), new WireBuffer());
        Lz4.TryCompress(frame, compressed);
        var header = FrameHeader.ReadAnswer(Answered(compressed.Written), int.MaxValue);
        var body = compressed.Written[FrameHeader.Size..].ToArray();

        Assert.Throws<CqlProtocolException>(() => Lz4.Decompress(header, new(body), maxLength: 9_999));
        Assert.Throws<CqlProtocolException>(() => Lz4.Decompress(header with { Length = 3 }, new(body.AsMemory(0, 3)), int.MaxValue));
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var damaged = body.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Lz4.Decompress(header, new(damaged), maxLength: 1_000_000).Return();
            }
            catch (CqlProtocolException)
            {
                // Refused.
            }
        }
    }

    [Fact]
    public async Task Real_node_understands_and_answers_alike()
    {
        var text = new string('x', 100_000);
        await using var keyspace = await Keyspace.CreateAsync("CREATE TABLE {0}.item (id int PRIMARY KEY, value text)");
        var options = Keyspace.Options();
        options.Compress = true;
        await using var session = await CqlSession.ConnectAsync(options, Patience.Token);
        var write = (await session.PrepareAsync(keyspace.Text("INSERT INTO {0}.item (id, value) VALUES (?, ?)"), Patience.Token)).Bind();
        write.Values.Add(1).Add(text);

        (await session.ExecuteAsync(write, Patience.Token)).Dispose();
        using var rows = await session.QueryAsync(keyspace.Text("SELECT value FROM {0}.item"), Patience.Token);

        Assert.True(rows.Read());
        Assert.Equal(text, rows.GetString(0));
    }

    private static WireBuffer Frame(int bodyBytes)
    {
        var frame = new WireBuffer();
        FrameHeader.Begin(frame, 4, FrameFlags.Tracing, Opcode.Query);
        for (var i = 0; i < bodyBytes; i++)
            frame.Byte((byte)(i % 50));
        FrameHeader.End(frame);
        return frame;
    }

    private static byte[] Answered(ReadOnlySpan<byte> frame)
    {
        var header = frame[..FrameHeader.Size].ToArray();
        header[0] |= 0x80;
        return header;
    }
}
