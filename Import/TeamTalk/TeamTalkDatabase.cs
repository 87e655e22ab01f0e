using System.Runtime.CompilerServices;
using MySqlConnector;

namespace BrokerIm.Import.TeamTalk;

/// <summary>
/// The old database, read in one transaction: everything is seen as it was when the import began, even if the old server runs on.
/// </summary>
internal sealed class TeamTalkDatabase : IAsyncDisposable
{
    private readonly MySqlConnection _connection;
    private readonly Dictionary<string, HashSet<string>> _columns = new(StringComparer.OrdinalIgnoreCase);

    private TeamTalkDatabase(MySqlConnection connection) => _connection = connection;

    /// <summary>Connects and looks which tables and columns there are.</summary>
    /// <exception cref="ImportRefusedException">There is no such database, or it is none of TeamTalk's.</exception>
    public static async Task<TeamTalkDatabase> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        MySqlConnection connection;
        try
        {
            // Tables are read for minutes and written away at our pace. A pool would keep the transaction open after us.
            var settings = new MySqlConnectionStringBuilder(connectionString) { DefaultCommandTimeout = 0, Pooling = false };
            connection = new(settings.ConnectionString);
        }
        catch (ArgumentException exception)
        {
            throw new ImportRefusedException($"This is no connection string: {exception.Message}", exception);
        }

        var database = new TeamTalkDatabase(connection);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await database.BeginAsync(cancellationToken);
            return database;
        }
        catch (MySqlException exception)
        {
            await database.DisposeAsync();
            throw Unreadable(exception);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether there is such a table.</summary>
    public bool HasTable(string table) => _columns.ContainsKey(table);

    /// <summary>Whether the table has such a column; forks of TeamTalk differ.</summary>
    public bool HasColumn(string table, string column) => _columns.TryGetValue(table, out var columns) && columns.Contains(column);

    /// <summary>The shards of a table: its name, an underscore and a number.</summary>
    public IEnumerable<string> Shards(string table) => _columns.Keys
        .Where(name => name.StartsWith(table + "_", StringComparison.OrdinalIgnoreCase) && uint.TryParse(name[(table.Length + 1)..], out _))
        .OrderBy(name => uint.Parse(name[(table.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Rows of a table; 0 when there is no such table.</summary>
    public async Task<long> CountAsync(string table, CancellationToken cancellationToken)
    {
        if (!HasTable(table))
            return 0;
        await foreach (var count in ReadAsync($"SELECT COUNT(*) FROM `{table}`", static row => row.GetInt64(0), cancellationToken))
            return count;
        return 0;
    }

    /// <summary>Rows of a query, one by one; nothing else can be asked until they are read to their end.</summary>
    /// <exception cref="ImportRefusedException">The database does not answer.</exception>
    public async IAsyncEnumerable<T> ReadAsync<T>(
        string query, Func<MySqlDataReader, T> map, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(query, _connection);
        await using var rows = await GuardAsync(() => command.ExecuteReaderAsync(cancellationToken));
        while (await GuardAsync(() => rows.ReadAsync(cancellationToken)))
            yield return map(rows);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("SET SESSION net_write_timeout = 3600", cancellationToken);
        await ExecuteAsync("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", cancellationToken);
        await ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT", cancellationToken);

        const string All = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()";
        await foreach (var (table, column) in ReadAsync(All, static row => (row.GetString(0), row.GetString(1)), cancellationToken))
        {
            if (!_columns.TryGetValue(table, out var columns))
                _columns[table] = columns = new(StringComparer.OrdinalIgnoreCase);
            columns.Add(column);
        }

        if (!HasTable("IMUser"))
            throw new ImportRefusedException($"The database '{_connection.Database}' has no table IMUser, so it is none of TeamTalk's.");
    }

    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(statement, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (MySqlException exception)
        {
            throw Unreadable(exception);
        }
    }

    private static ImportRefusedException Unreadable(MySqlException exception) =>
        new($"The old database cannot be read: {exception.Message}", exception);
}
