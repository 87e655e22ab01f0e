using BrokerIm.Cql.Routing;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Routing;

public sealed class RoutingKeyTests
{
    [Fact]
    public void A_key_of_one_value_is_its_bytes()
    {
        var statement = Sample.Keyed([1], CqlTypes.Text, CqlTypes.Int).Bind();
        statement.Values.Add("other").Add(1);
        Assert.Equal(Murmur3Token.Of([0, 0, 0, 1]), Token(statement));
    }

    [Fact]
    public void A_key_of_several_values_frames_each_in_the_order_of_the_key()
    {
        var statement = Sample.Keyed([2, 0], CqlTypes.Text, CqlTypes.Blob, CqlTypes.Int).Bind();
        statement.Values.Add("ab").Add("other"u8).Add(1);
        Assert.Equal(Murmur3Token.Of([0, 4, 0, 0, 0, 1, 0, 0, 2, (byte)'a', (byte)'b', 0]), Token(statement));
    }

    [Fact]
    public void Long_keys_are_taken_whole()
    {
        var statement = Sample.Keyed([0, 1], CqlTypes.Blob, CqlTypes.Blob).Bind();
        var longest = Enumerable.Range(0, ushort.MaxValue).Select(i => (byte)i).ToArray();
        statement.Values.Add(longest).Add([]);
        Assert.Equal(Murmur3Token.Of([0xff, 0xff, .. longest, 0, 0, 0, 0]), Token(statement));
    }

    [Fact]
    public void A_batch_goes_where_its_first_statement_goes()
    {
        var prepared = Sample.Keyed([0], CqlTypes.Int);
        var batch = new CqlBatch(CqlBatchKind.Unlogged);
        Assert.Null(Token(batch));
        batch.Add(prepared).Add(5);
        batch.Add(prepared).Add(6);
        Assert.Equal(Murmur3Token.Of([0, 0, 0, 5]), Token(batch));
    }

    [Fact]
    public void Without_a_key_there_is_no_token()
    {
        Assert.Null(Token(new CqlStatement("plain")));
        Assert.Null(Token(Sample.Prepared(CqlTypes.Int).Bind()));

        var keyed = Sample.Keyed([0, 1], CqlTypes.Blob, CqlTypes.Blob);
        Assert.Null(Token(With(keyed, values => values.Add([1]))));
        Assert.Null(Token(With(keyed, values => values.Add([1]).AddNull())));
        Assert.Null(Token(With(keyed, values => values.AddUnset().Add([1]))));
        Assert.Null(Token(With(keyed, values => values.Add([1]).Add(new byte[ushort.MaxValue + 1]))));
        Assert.Null(Token(With(Sample.Keyed([0], CqlTypes.Text), values => values.Add(""))));
    }

    private static CqlStatement With(CqlPrepared prepared, Action<CqlValues> add)
    {
        var statement = prepared.Bind();
        add(statement.Values);
        return statement;
    }

    private static long? Token(CqlRequest request) => RoutingKey.TryGetToken(request, out var token) ? token : null;
}
