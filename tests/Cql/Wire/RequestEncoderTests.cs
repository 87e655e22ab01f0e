using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>Requests, byte for byte, after sections 2 and 4.1 of the native protocol specifications v3 and v4.</summary>
public sealed class RequestEncoderTests
{
    private const string Consistency = "0006";
    private const string SerialConsistency = "0009";

    private readonly CqlOptions _options = new() { PageSize = 0 };

    private static readonly CqlColumn s_number = new("k", "t", "n", new(CqlTypeCode.Int));
    private static readonly CqlPrepared s_insert = new("INSERT INTO t (n) VALUES (?)", [0xAB, 0xCD], [s_number], [0], []);
    private static readonly CqlPrepared s_select = new("SELECT n FROM t", [0xEF], [], [], [s_number]);

    [Fact]
    public void Startup_names_the_language_version()
    {
        AssertBytes(
            "04 00 0000 01 00000031 0002"
            + " 000b 43514c5f56455253494f4e 0005 332e302e30"
            + " 000b 4452495645525f4e414d45 000c 42726f6b6572496d2e43716c",
            Written(encoder => encoder.WriteStartup));
    }

    [Fact]
    public void Options_has_no_body() => AssertBytes("04 00 0000 05 00000000", Written(encoder => encoder.WriteOptions));

    [Fact]
    public void Prepare_is_a_long_string() => AssertBytes(
        "03 00 0000 09 0000000d 00000009 53454c4543542031 3b", Written(encoder => frame => encoder.WritePrepare(frame, "SELECT 1;"), 3));

    [Fact]
    public void Register_is_a_string_list() => AssertBytes(
        "04 00 0000 0b 00000006 0001 0002 5550", Written(encoder => frame => encoder.WriteRegister(frame, ["UP"])));

    [Fact]
    public void Authentication_is_bytes() => AssertBytes(
        "04 00 0000 0f 00000006 00000002 0061", Written(encoder => frame => encoder.WriteAuthentication(frame, [0, (byte)'a'])));

    [Fact]
    public void Plain_query_carries_consistency_and_flags() => AssertBytes(
        $"04 00 0000 07 00000011 00000008 53454c4543542031 {Consistency} 10 {SerialConsistency}",
        Written(new CqlStatement("SELECT 1")));

    [Fact]
    public void Everything_a_query_can_carry_stands_in_the_specifications_order()
    {
        var statement = new CqlStatement("S")
        {
            Consistency = BrokerIm.Cql.Consistency.Quorum,
            SerialConsistency = BrokerIm.Cql.Consistency.Serial,
            Timestamp = 0x0102030405060708,
            PageSize = 100,
            PagingState = [0x77],
            IsTraced = true,
        };
        statement.Values.AddRaw([9]);

        AssertBytes(
            "04 02 0000 07 00000022 00000001 53"
            + " 0004 3d"
            + " 0001 00000001 09"
            + " 00000064"
            + " 00000001 77"
            + " 0008"
            + " 0102030405060708",
            Written(statement));
    }

    [Fact]
    public void Execution_sends_the_id_and_leaves_out_known_columns()
    {
        var insert = s_insert.Bind();
        insert.Values.Add(7);

        AssertBytes(
            $"04 00 0000 0a 00000013 0002 abcd {Consistency} 11 0001 00000004 00000007 {SerialConsistency}", Written(insert));
        AssertBytes($"04 00 0000 0a 00000008 0001 ef {Consistency} 12 {SerialConsistency}", Written(s_select.Bind()));
    }

    [Fact]
    public void Columns_of_everything_are_asked_for_each_time() =>
        Assert.False(RequestEncoder.SkipsMetadata(new("SELECT * FROM t", [1], [], [], [s_number])));

    [Fact]
    public void Batch_mixes_prepared_and_plain()
    {
        var batch = new CqlBatch(CqlBatchKind.Unlogged) { Timestamp = 5 };
        batch.Add(s_insert).Add(1);
        batch.Add(new CqlStatement("X"));

        AssertBytes(
            "03 00 0000 0d 00000027 01 0002"
            + " 01 0002 abcd 0001 00000004 00000001"
            + " 00 00000001 58 0000"
            + $" {Consistency} 30 {SerialConsistency} 0000000000000005",
            Written(batch, 3));
    }

    [Fact]
    public void Wrong_number_of_values_is_refused_before_it_is_sent()
    {
        var error = Assert.Throws<CqlTypeException>(() => Written(s_insert.Bind()));
        Assert.Contains("wants 1 values and has 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unset_values_take_version_4()
    {
        var insert = s_insert.Bind();
        insert.Values.AddUnset();

        Assert.EndsWith("0001fffffffe0009", Written(insert), StringComparison.Ordinal);
        Assert.Throws<CqlTypeException>(() => Written(insert, 3));
    }

    private static void AssertBytes(string expected, string actual) =>
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), actual);

    private string Written(CqlRequest request, int version = 4) =>
        Written(encoder => frame => encoder.Write(frame, request), version);

    /// <summary>The frame in hex.</summary>
    private string Written(Func<RequestEncoder, Action<WireBuffer>> write, int version = 4)
    {
        var frame = new WireBuffer();
        write(new RequestEncoder(_options, version))(frame);
        return Convert.ToHexStringLower(frame.Written);
    }
}
