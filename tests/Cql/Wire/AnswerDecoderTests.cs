using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>Answers, byte for byte, after sections 2, 4.2 and 9 of the native protocol specifications v3 and v4.</summary>
public sealed class AnswerDecoderTests
{
    private static readonly EndPoint s_node = new IPEndPoint(IPAddress.Loopback, 9042);

    // k.t with an int a and a list<text> b.
    private const string Columns = "0001 6b 0001 74 0001 61 0009 0001 62 0020 000d";

    [Fact]
    public void Rows_come_with_their_columns()
    {
        using var rows = Rows($"00000002 00000001 00000002 {Columns} 00000002"
            + " 00000004 0000002a 0000000b 00000001 00000003 666f6f"
            + " 00000004 0000002b ffffffff");

        Assert.Equal(2, rows.Count);
        Assert.Equal(["k.t.a int", "k.t.b list<text>"], rows.Columns.Select(Describe));
        Assert.True(rows.Read());
        Assert.Equal(42, rows.GetInt32(0));
        Assert.Equal(["foo"], rows.GetList<string>(1));
        Assert.True(rows.Read());
        Assert.Equal(43, rows.GetInt32(0));
        Assert.True(rows.IsNull(1));
        Assert.False(rows.Read());
        Assert.Null(rows.PagingState);
        Assert.Equal(s_node, rows.Node);
    }

    [Fact]
    public void Page_says_where_the_next_begins()
    {
        using var rows = Rows($"00000002 00000003 00000002 00000002 beef {Columns} 00000000");
        Assert.Equal([0xBE, 0xEF], rows.PagingState);
    }

    [Fact]
    public void Columns_may_be_of_different_tables()
    {
        using var rows = Rows("00000002 00000000 00000001 0001 6b 0001 75 0001 63 0031 0002 0009 0000 0001 78 00000000");
        Assert.Equal("k.u.c tuple<int, 'x'>", Describe(Assert.Single(rows.Columns)));
    }

    [Fact]
    public void Known_columns_are_not_repeated()
    {
        var column = new CqlColumn("k", "t", "a", new(CqlTypeCode.Int));
        var prepared = new CqlPrepared("SELECT a FROM t", [1], [], [], [column]);

        using var rows = Rows("00000002 00000004 00000001 00000001 00000004 00000007", prepared: prepared);

        Assert.True(rows.Read());
        Assert.Equal(7, rows.GetInt32(0));
        Assert.Throws<CqlProtocolException>(() => Rows("00000002 00000004 00000002 00000000", prepared: prepared));
    }

    [Fact]
    public void Tracing_id_and_warnings_stand_before_the_rest()
    {
        using var rows = Rows(
            "00112233445566778899aabbccddeeff 0001 0003 6f6f68 0001 0001 78 00000001 01 00000001",
            FrameFlags.Tracing | FrameFlags.Warning | FrameFlags.CustomPayload);

        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), rows.TracingId);
        Assert.Equal(["ooh"], rows.Warnings);
        Assert.Empty(rows.Columns);
        Assert.False(rows.Read());
    }

    [Fact]
    public void Change_of_the_schema_shows()
    {
        using var rows = Rows("00000005 0007 43524541544544 0008 4b45595350414345 0001 6b");
        Assert.True(rows.ChangedSchema);
    }

    [Fact]
    public void Compression_that_was_not_asked_for_is_refused() =>
        Assert.Throws<CqlProtocolException>(() => Rows("00000001", FrameFlags.Compressed));

    [Fact]
    public void Prepared_statement_of_version_4_says_which_values_are_the_key()
    {
        var info = AnswerDecoder.Prepared(
            Of($"00000004 0002 abcd 00000001 00000002 00000001 0001 {Columns} 00000004 00000000"), version: 4);

        Assert.Equal([0xAB, 0xCD], info.Id);
        Assert.Equal([1], info.PartitionKey);
        Assert.Equal(["k.t.a int", "k.t.b list<text>"], info.Parameters.Select(Describe));
        Assert.Empty(info.Columns);
    }

    [Fact]
    public void Prepared_statement_of_version_3_does_not_say()
    {
        var info = AnswerDecoder.Prepared(
            Of($"00000004 0001 ab 00000001 00000000 0001 6b 0001 74 00000001 00000002 {Columns}"), version: 3);

        Assert.Null(info.PartitionKey);
        Assert.Empty(info.Parameters);
        Assert.Equal(2, info.Columns.Count);
    }

    [Fact]
    public void Supported_is_a_map_of_lists()
    {
        var supported = AnswerDecoder.Supported(Of("0001 0001 61 0002 0001 62 0001 63", Opcode.Supported));
        Assert.Equal(["b", "c"], supported["a"]);
    }

    [Fact]
    public void Schema_event_names_the_keyspace()
    {
        var told = AnswerDecoder.Event(Bytes("000d 534348454d415f4348414e4745 0007 55504441544544 0005 5441424c45 0001 6b 0001 74"));
        Assert.Equal(new CqlEvent("SCHEMA_CHANGE", "UPDATED", Node: null, "k"), told);
    }

    [Fact]
    public void Event_over_ipv6_names_the_node()
    {
        var told = AnswerDecoder.Event(Bytes(
            "000f 544f504f4c4f47595f4348414e4745 0008 4e45575f4e4f4445 10 00000000000000000000000000000001 00002352"));
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 9042), told.Node);
    }

    [Fact]
    public void Unavailable_says_how_many()
    {
        var error = Error<CqlUnavailableException>("00001000 0001 6d 0004 00000002 00000001");
        Assert.Equal((Consistency.Quorum, 2, 1), (error.Consistency, error.Required, error.Alive));
    }

    [Fact]
    public void Write_timeout_says_what_was_written()
    {
        var error = Error<CqlWriteException>("00001100 0001 6d 0006 00000001 00000002 0006 53494d504c45");
        Assert.Equal(
            (CqlErrorCode.WriteTimeout, 1, 2, 0, "SIMPLE"),
            (error.Code, error.Received, error.Required, error.Failures, error.WriteType));
    }

    [Fact]
    public void Read_timeout_says_whether_the_data_came()
    {
        var error = Error<CqlReadException>("00001200 0001 6d 0001 00000001 00000001 00");
        Assert.Equal((CqlErrorCode.ReadTimeout, 1, 1, 0, false), (error.Code, error.Received, error.Required, error.Failures, error.DataPresent));
    }

    [Fact]
    public void Failures_are_counted()
    {
        var read = Error<CqlReadException>("00001300 0001 6d 0001 00000000 00000001 00000003 01");
        Assert.Equal((3, true), (read.Failures, read.DataPresent));
        var write = Error<CqlWriteException>("00001500 0001 6d 0001 00000000 00000001 00000002 0005 4241544348");
        Assert.Equal((CqlErrorCode.WriteFailure, 2, "BATCH"), (write.Code, write.Failures, write.WriteType));
    }

    [Fact]
    public void Failed_function_is_named()
    {
        var error = Error<CqlFunctionException>("00001400 0001 6d 0001 6b 0001 66 0002 0003 696e74 0004 74657874");
        Assert.Equal("k.f(int, text)", $"{error.Keyspace}.{error.Function}({string.Join(", ", error.ArgumentTypes)})");
    }

    [Fact]
    public void What_exists_is_named()
    {
        var error = Error<CqlAlreadyExistsException>("00002400 0001 6d 0001 6b 0000");
        Assert.Equal(("k", ""), (error.Keyspace, error.Table));
    }

    [Fact]
    public void Unknown_statement_comes_with_its_id() =>
        Assert.Equal([0x01, 0x02], Error<CqlUnpreparedException>("00002500 0001 6d 0002 0102").Id.ToArray());

    [Theory]
    [InlineData("00000000", CqlErrorCode.ServerError)]
    [InlineData("0000000a", CqlErrorCode.ProtocolError)]
    [InlineData("00001001", CqlErrorCode.Overloaded)]
    [InlineData("00001002", CqlErrorCode.IsBootstrapping)]
    [InlineData("00001003", CqlErrorCode.TruncateError)]
    [InlineData("00002000", CqlErrorCode.SyntaxError)]
    [InlineData("00002100", CqlErrorCode.Unauthorized)]
    [InlineData("00002200", CqlErrorCode.Invalid)]
    [InlineData("00002300", CqlErrorCode.ConfigError)]
    public void Other_errors_keep_their_code(string hex, CqlErrorCode code) =>
        Assert.Equal(code, Error<CqlServerException>($"{hex} 0001 6d").Code);

    [Fact]
    public void Wrong_credentials_are_an_error_of_their_own() => Error<CqlAuthenticationException>("00000100 0001 6d");

    /// <summary>Whatever is wrong with an answer, it is said in the client's own terms, and nothing is read beyond it.</summary>
    [Fact]
    public void Damaged_answers_are_refused_or_read_and_nothing_else()
    {
        var random = new Random(20);
        (string Hex, Opcode Opcode)[] answers =
        [
            ($"00000002 00000003 00000002 00000002 beef {Columns} 00000001 00000004 0000002a 0000000b 00000001 00000003 666f6f", Opcode.Result),
            ($"00000004 0002 abcd 00000001 00000002 00000001 0001 {Columns} 00000004 00000000", Opcode.Result),
            ("00001500 0001 6d 0001 00000000 00000001 00000002 0005 4241544348", Opcode.Error),
            ("0001 0001 61 0002 0001 62 0001 63", Opcode.Supported),
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var (hex, opcode) = answers[random.Next(answers.Length)];
            var body = Bytes(hex);
            for (var flips = random.Next(3); flips >= 0; flips--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            body = body[..random.Next(body.Length + 1)];

            AssertReads(() =>
            {
                using var rows = AnswerDecoder.Rows(Rented(body, opcode, default), s_node, prepared: null);
                while (rows.Read())
                {
                    for (var column = 0; column < rows.Columns.Count; column++)
                        rows.GetRaw(column);
                }
            });
            AssertReads(() => AnswerDecoder.Prepared(Rented(body, opcode, default), version: 4));
            AssertReads(() => AnswerDecoder.Supported(Rented(body, opcode, default)));
            AssertReads(() => AnswerDecoder.Event(body));
        }
    }

    private static void AssertReads(Action read)
    {
        try
        {
            read();
        }
        catch (CqlException)
        {
            // Refused.
        }
    }

    private static string Describe(CqlColumn column) => $"{column.Keyspace}.{column.Table}.{column.Name} {column.Type}";

    private static T Error<T>(string hex)
        where T : CqlException => Assert.Throws<T>(() => AnswerDecoder.Rows(Of(hex, Opcode.Error), s_node, prepared: null));

    private static CqlRows Rows(string hex, FrameFlags flags = FrameFlags.None, CqlPrepared? prepared = null) =>
        AnswerDecoder.Rows(Of(hex, Opcode.Result, flags), s_node, prepared);

    private static Answer Of(string hex, Opcode opcode = Opcode.Result, FrameFlags flags = FrameFlags.None) =>
        Rented(Bytes(hex), opcode, flags);

    private static Answer Rented(byte[] body, Opcode opcode, FrameFlags flags) =>
        Answer.Copy(new(4, flags, 0, opcode, body.Length), new(body));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
