using System.Net;
using BenchmarkDotNet.Attributes;
using BrokerIm.Cql;
using BrokerIm.Cql.Wire;
using BrokerIm.MicroBenchmarks.Stages;

namespace BrokerIm.MicroBenchmarks;

/// <summary>The CQL client's frames, with the message table's statements: values bound and encoded, rows decoded and looked at.</summary>
[MemoryDiagnoser]
public class CqlFrames
{
    private const int Rows = 20;
    private const int Version = 4;
    private const long Relation = 0x000F_4241_000F_4242;

    private static readonly IPEndPoint s_node = new(IPAddress.Loopback, 9042);
    private static readonly CqlColumn s_relation = ColumnOf("relation", CqlTypeCode.Bigint);
    private static readonly CqlColumn s_bucket = ColumnOf("bucket", CqlTypeCode.Int);
    private static readonly CqlColumn s_messageId = ColumnOf("message_id", CqlTypeCode.Int);
    private static readonly CqlColumn s_meta = ColumnOf("meta", CqlTypeCode.Blob);
    private static readonly CqlColumn s_body = ColumnOf("body", CqlTypeCode.Blob);

    private static readonly CqlPrepared s_insert = new(
        "INSERT INTO message (relation, bucket, message_id, meta, body) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?",
        new byte[16],
        [s_relation, s_bucket, s_messageId, s_meta, s_body, ColumnOf("[timestamp]", CqlTypeCode.Bigint)],
        [0, 1],
        []);

    private static readonly CqlPrepared s_select = new(
        "SELECT message_id, meta, body FROM message WHERE relation = ? AND bucket = ? AND message_id >= ? AND message_id <= ?",
        new byte[16],
        [s_relation, s_bucket, s_messageId, s_messageId],
        [0, 1],
        [s_messageId, s_meta, s_body]);

    private static readonly byte[] s_metaBytes = new byte[50];
    private static readonly byte[] s_bodyBytes = OutboundStage.BodyOf(Chat.PairOf(0), Chat.LowOf(0), 1_000, Chat.Id(1));

    private readonly RequestEncoder _encoder = new(new CqlOptions(), Version);
    private readonly WireBuffer _frame = new();
    private readonly byte[] _page = Page();

    /// <summary>An EXECUTE that writes one message.</summary>
    [Benchmark]
    public int EncodeExecute()
    {
        var statement = s_insert.Bind();
        AddRow(statement.Values, 1);
        _encoder.Write(_frame, statement);
        return _frame.Length;
    }

    /// <summary>A BATCH that writes 20 messages.</summary>
    [Benchmark]
    public int EncodeBatch20()
    {
        var batch = new CqlBatch(CqlBatchKind.Unlogged);
        for (var id = 1; id <= Rows; id++)
            AddRow(batch.Add(s_insert), id);
        _encoder.Write(_frame, batch);
        return _frame.Length;
    }

    /// <summary>A page of 20 messages: the answer copied out of what was received, and each column of each row looked at.</summary>
    [Benchmark]
    public int ReadPage20()
    {
        var received = new FrameHeader(Version, FrameFlags.None, 0, Opcode.Result, _page.Length);
        using var rows = AnswerDecoder.Rows(Answer.Copy(received, new(_page)), s_node, s_select);
        var sum = 0;
        while (rows.Read())
            sum += rows.GetInt32(0) + rows.GetRaw(1).Length + rows.GetRaw(2).Length;
        return sum;
    }

    private static void AddRow(CqlValues values, int messageId) => values
        .Add(Relation).Add(0).Add(messageId).Add(s_metaBytes).Add(s_bodyBytes).Add((1L << 52) + messageId);

    private static byte[] Page()
    {
        const int RowsKind = 2;
        const int NoMetadata = 4;
        var page = new WireBuffer();
        page.Int(RowsKind);
        page.Int(NoMetadata);
        page.Int(s_select.Columns.Count);
        page.Int(Rows);
        for (var id = 1; id <= Rows; id++)
        {
            page.Int(sizeof(int));
            page.Int(id);
            page.Bytes(s_metaBytes);
            page.Bytes(s_bodyBytes);
        }

        return page.Written.ToArray();
    }

    private static CqlColumn ColumnOf(string name, CqlTypeCode type) => new("brokerim", "message", name, new(type));
}
