using BrokerIm.Cql;

namespace BrokerIm.LoadTests.Cql;

/// <summary>A request that is used again and again, by one at a time.</summary>
internal interface ICqlLoadRequest
{
    /// <summary>The request with other values.</summary>
    CqlRequest Next(long number);

    /// <summary>Reads the answer.</summary>
    /// <exception cref="InvalidDataException">It is not what it must be.</exception>
    void Check(CqlRows rows);
}

/// <summary>Writes new rows of one partition: a statement, or a batch where it is several.</summary>
internal sealed class InsertRequest : ICqlLoadRequest
{
    private static readonly byte[] s_meta = new byte[CqlTables.MetaBytes];
    private static readonly byte[] s_body = new byte[CqlTables.BodyBytes];

    private readonly CqlRequest _request;
    private readonly CqlValues[] _rows;

    public InsertRequest(CqlPrepared insert, int rows)
    {
        if (rows == 1)
        {
            var statement = insert.Bind();
            (_request, _rows) = (statement, [statement.Values]);
        }
        else
        {
            var batch = new CqlBatch(CqlBatchKind.Unlogged);
            (_request, _rows) = (batch, [.. Enumerable.Range(0, rows).Select(_ => batch.Add(insert))]);
        }

        _request.IsIdempotent = true;
    }

    public CqlRequest Next(long number)
    {
        var (turn, relation) = Math.DivRem(number, CqlTables.Partitions);
        var id = (int)turn * _rows.Length;
        foreach (var values in _rows)
        {
            values.Clear();
            values.Add(relation).Add(0).Add(id++).Add(s_meta).Add(s_body);
        }

        return _request;
    }

    public void Check(CqlRows rows)
    {
        // A write answers with nothing; that it failed would have been an exception.
    }
}

/// <summary>Reads the latest rows of a partition.</summary>
internal sealed class LatestRequest(CqlPrepared latest) : ICqlLoadRequest
{
    private readonly CqlStatement _statement = Idempotent(latest.Bind());

    public CqlRequest Next(long number)
    {
        _statement.Values.Clear();
        _statement.Values.Add(number % CqlTables.Partitions).Add(0);
        return _statement;
    }

    public void Check(CqlRows rows)
    {
        var previous = int.MaxValue;
        var count = 0;
        for (; rows.Read(); count++)
        {
            var id = rows.GetInt32(0);
            if (id >= previous || rows.GetBytes(1).Length != CqlTables.MetaBytes || rows.GetBytes(2).Length != CqlTables.BodyBytes)
                throw new InvalidDataException($"Row {id} is not what was written.");
            previous = id;
        }

        if (count != CqlTables.BatchRows)
            throw new InvalidDataException($"{count} rows instead of {CqlTables.BatchRows}.");
    }

    private static CqlStatement Idempotent(CqlStatement statement)
    {
        statement.IsIdempotent = true;
        return statement;
    }
}
