using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Copies the database as it is at one moment, while a server may be writing to it.</summary>
public sealed class SqliteBackup
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SqliteDatabase _database;

    internal SqliteBackup(SqliteDatabase database) => _database = database;

    /// <summary>What is copied.</summary>
    public string Source => _database.Path;

    /// <summary>
    /// Writes the copy beside its place, checks every page, row and index of it, and only then gives it its name: a file of that name
    /// is a whole backup.
    /// </summary>
    /// <param name="target">Path of the copy; there must be no such file yet.</param>
    /// <exception cref="IOException">There is one, or the place cannot be written.</exception>
    /// <exception cref="InvalidDataException">The copy is damaged, and so most likely is the source; the message says how.</exception>
    /// <exception cref="DependencyUnavailableException">The source cannot be read.</exception>
    public void CopyTo(string target)
    {
        var (path, part) = (Path.GetFullPath(target), Path.GetFullPath(target) + ".part");
        if (File.Exists(path))
            throw new IOException($"{path} is there already.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(part);

        using (var source = _database.OpenForReading())
        {
            // Refused to a session that may only read, though it writes nothing but the copy.
            source.ExecuteScript("PRAGMA query_only = OFF");
            source.Prepare("VACUUM INTO ?1").Bind(1, part).Execute();
        }

        Check(part);
        using (var written = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
            written.Flush(flushToDisk: true);
        File.Move(part, path);
    }

    private static void Check(string path)
    {
        using var copy = new SqliteSession(path, s_patience);
        var problems = new List<string>();
        using (var rows = copy.Prepare("PRAGMA integrity_check(10)").Query())
        {
            while (rows.Next())
                problems.Add(rows.Text(0));
        }

        if (problems is not ["ok"])
            throw new InvalidDataException($"The copy is damaged: {string.Join("; ", problems)}");
    }
}
