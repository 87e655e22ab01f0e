using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every source of group numbers promises; one subclass per adapter.</summary>
public abstract class GroupIdsConformance
{
    /// <summary>The source under test.</summary>
    protected abstract IGroupIds Ids { get; }

    [Fact]
    public async Task A_request_has_one_number_however_often_and_by_how_many_it_is_asked()
    {
        var (creator, request) = (Fresh.User().Value, Request());

        var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => Ids.ReserveAsync(creator, request, Deadline.Token).AsTask()));
        var number = Assert.Single(numbers.Distinct());
        Assert.Equal(number, await Ids.ReserveAsync(creator, request, Deadline.Token));
        Assert.True(ConversationId.Group(number).IsValid);
    }

    [Fact]
    public async Task Other_requests_and_other_creators_have_other_numbers()
    {
        var (creator, request) = (Fresh.User().Value, Request());
        var numbers = new List<uint> { await Ids.ReserveAsync(creator, request, Deadline.Token) };
        for (var i = 0; i < 10; i++)
        {
            numbers.Add(await Ids.ReserveAsync(creator, Request(), Deadline.Token));
            numbers.Add(await Ids.ReserveAsync(Fresh.User().Value, request, Deadline.Token));
        }

        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    private static ClientMessageId Request() => ClientMessageId.Create(Fresh.Number(), Guid.NewGuid().ToByteArray());
}

public sealed class EmbeddedGroupIdsTests : GroupIdsConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;

    public EmbeddedGroupIdsTests()
    {
        _opened = _folder.Open();
        Ids = new SqliteGroupIds(_opened.Writer);
    }

    protected override IGroupIds Ids { get; }

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }
}

public sealed class CassandraGroupIdsTests(CassandraKeyspace keyspace) : GroupIdsConformance, IAsyncLifetime
{
    private CassandraGroupIds? _ids;

    protected override IGroupIds Ids => _ids!;

    public async ValueTask InitializeAsync() => _ids = new((await keyspace.OpenAsync()).First);

    public ValueTask DisposeAsync()
    {
        _ids?.Dispose();
        return ValueTask.CompletedTask;
    }
}
