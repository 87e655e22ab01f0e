namespace BrokerIm.Cql.Tests.Support;

/// <summary>A keyspace of a test's own on the real node, and a session; dropped at the end.</summary>
internal sealed class Keyspace : IAsyncDisposable
{
    private Keyspace(string name, CqlSession session) => (Name, Session) = (name, session);

    public string Name { get; }

    public CqlSession Session { get; }

    /// <summary>Options for the real node: protocol v3 is what it speaks, v4 what is tried first.</summary>
    public static CqlOptions Options() => OptionsFor(Service.ContactPoint);

    public static CqlOptions OptionsFor(params string[] contactPoints)
    {
        var options = new CqlOptions { Consistency = Consistency.One, SerialConsistency = Consistency.Serial };
        foreach (var contactPoint in contactPoints)
            options.ContactPoints.Add(contactPoint);
        return options;
    }

    /// <param name="tables">CQL of its tables, with <c>{0}</c> where the keyspace's name belongs.</param>
    public static async ValueTask<Keyspace> CreateAsync(params string[] tables)
    {
        var session = await CqlSession.ConnectAsync(Options(), Patience.Token);
        var keyspace = new Keyspace($"test_{Guid.NewGuid():N}", session);
        await keyspace.DoAsync(
            "CREATE KEYSPACE {0} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}} AND durable_writes = true");
        foreach (var table in tables)
            await keyspace.DoAsync(table);
        return keyspace;
    }

    /// <summary>The text with the keyspace's name in place of <c>{0}</c>.</summary>
    public string Text(string format) => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, Name);

    public async ValueTask DoAsync(string format)
    {
        using var _ = await Session.QueryAsync(Text(format), Patience.Token);
    }

    public ValueTask<CqlPrepared> PrepareAsync(string format) => Session.PrepareAsync(Text(format), Patience.Token);

    public async ValueTask DisposeAsync()
    {
        await DoAsync("DROP KEYSPACE {0}");
        await Session.DisposeAsync();
    }
}
