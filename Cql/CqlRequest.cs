namespace BrokerIm.Cql;

/// <summary>What statements and batches have in common: how to run them. Not to be changed while it is being executed.</summary>
public abstract class CqlRequest
{
    private protected CqlRequest()
    {
    }

    /// <summary>Null for the session's default.</summary>
    public Consistency? Consistency { get; set; }

    /// <summary>For the consensus of a lightweight transaction; null for the session's default.</summary>
    public Consistency? SerialConsistency { get; set; }

    /// <summary>Write timestamp of every cell that does not name its own; null lets the coordinator's clock decide.</summary>
    public long? Timestamp { get; set; }

    /// <summary>
    /// Whether running it twice does no harm. Only then is it sent again when its outcome is unknown. False by default.
    /// </summary>
    public bool IsIdempotent { get; set; }

    /// <summary>Asks the coordinator to trace it; the result carries the trace's id.</summary>
    public bool IsTraced { get; set; }

    /// <summary>How long to wait for the answer, all attempts together; null for the session's default.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The values of its first or only statement: they decide where to send it.</summary>
    internal abstract CqlValues? RoutingValues { get; }

    /// <summary>Shown in errors and logs: CQL without values.</summary>
    internal abstract string Description { get; }
}

/// <summary>One statement, prepared or plain text, with its values.</summary>
public sealed class CqlStatement : CqlRequest
{
    /// <summary>A plain statement: parsed at every execution, its values untyped. For the seldom-used.</summary>
    public CqlStatement(string text) => (Text, Values) = (text, new(null));

    internal CqlStatement(CqlPrepared prepared) => (Text, Prepared, Values) = (prepared.Text, prepared, new(prepared));

    /// <summary>The statement.</summary>
    public string Text { get; }

    /// <summary>The values of its bind markers, in order.</summary>
    public CqlValues Values { get; }

    /// <summary>Rows per page; null for the session's default, 0 for everything at once.</summary>
    public int? PageSize { get; set; }

    /// <summary>Where to go on: the <see cref="CqlRows.PagingState"/> of the page before; null for the first page.</summary>
    public byte[]? PagingState { get; set; }

    internal CqlPrepared? Prepared { get; }

    internal override CqlValues? RoutingValues => Prepared is null ? null : Values;

    internal override string Description => Text;
}

/// <summary>How a batch is made to happen.</summary>
public enum CqlBatchKind : byte
{
    /// <summary>All or, after a crash, later: the coordinator logs it first. Costs about twice as much.</summary>
    Logged = 0,

    /// <summary>As one mutation where all is in one partition; otherwise merely sent together.</summary>
    Unlogged = 1,

    /// <summary>Counter updates.</summary>
    Counter = 2,
}

/// <summary>Several writes in one request.</summary>
public sealed class CqlBatch(CqlBatchKind kind) : CqlRequest
{
    /// <summary>Statements of one batch at most (a [short] on the wire).</summary>
    public const int MaxStatements = ushort.MaxValue;

    private readonly List<CqlStatement> _statements = [];

    /// <summary>How it is made to happen.</summary>
    public CqlBatchKind Kind => kind;

    /// <summary>Statements so far.</summary>
    public int Count => _statements.Count;

    /// <summary>Adds an execution of a prepared statement; add its values to what is returned.</summary>
    public CqlValues Add(CqlPrepared prepared)
    {
        var statement = new CqlStatement(prepared);
        Add(statement);
        return statement.Values;
    }

    /// <summary>Adds a statement; of its own settings only text and values count.</summary>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public void Add(CqlStatement statement)
    {
        if (_statements.Count == MaxStatements)
            throw new InvalidOperationException($"A batch takes at most {MaxStatements} statements.");
        _statements.Add(statement);
    }

    internal IReadOnlyList<CqlStatement> Statements => _statements;

    internal override CqlValues? RoutingValues => _statements.Count > 0 ? _statements[0].RoutingValues : null;

    internal override string Description => _statements.Count switch
    {
        0 => "an empty batch",
        1 => $"batch of: {_statements[0].Text}",
        var count => $"batch of {count}, first: {_statements[0].Text}",
    };
}
