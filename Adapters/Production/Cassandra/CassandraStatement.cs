namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>A statement with markers. There is one object per statement, which sessions know it by.</summary>
internal abstract class CassandraStatement(string text)
{
    /// <summary>The statement, one constant, so that its rules can be checked by reading the sources.</summary>
    public string Text => text;

    public override string ToString() => text;
}

/// <summary>A statement that writes one row of a kind.</summary>
/// <param name="text">The statement.</param>
/// <param name="bind">Adds the row's values in the order of the markers.</param>
internal sealed class CassandraWrite<TRow>(string text, CassandraWrite<TRow>.Binder bind) : CassandraStatement(text)
{
    /// <summary>Adds a row's values.</summary>
    public delegate void Binder(in TRow row, IBoundValues values);

    /// <inheritdoc cref="Binder"/>
    public Binder Bind => bind;
}

/// <summary>A statement that returns rows.</summary>
/// <param name="text">The statement.</param>
/// <param name="bind">Adds the key's values in the order of the markers.</param>
/// <param name="map">Makes a result of a row.</param>
internal sealed class CassandraRead<TKey, TResult>(
    string text, Action<TKey, IBoundValues> bind, Func<ICassandraRow, TResult> map) : CassandraStatement(text)
{
    /// <summary>Adds the key's values.</summary>
    public Action<TKey, IBoundValues> Bind => bind;

    /// <summary>Makes a result of a row.</summary>
    public Func<ICassandraRow, TResult> Map => map;

    /// <summary>Rows per page, where the rows are large; null for the client's own default.</summary>
    public int? PageSize { get; init; }
}

/// <summary>The key of a statement without markers.</summary>
internal readonly record struct None
{
    /// <summary>Adds nothing.</summary>
    public static void Bind(None key, IBoundValues values)
    {
    }
}
