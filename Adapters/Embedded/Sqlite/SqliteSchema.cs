using System.Globalization;
using System.Reflection;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>
/// The tables, as numbered scripts (<c>Schema/0001.sql</c>, ...) that are each run once. <c>PRAGMA user_version</c> holds the
/// number of the last one.
/// </summary>
internal static class SqliteSchema
{
    private static readonly string[] s_scripts = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    /// <summary>The newest version this build knows.</summary>
    public static int Newest => s_scripts.Length;

    /// <summary>Brings the database to the newest version.</summary>
    /// <returns>The version found.</returns>
    /// <exception cref="InvalidOperationException">A newer build has been here.</exception>
    public static int Upgrade(SqliteSession session, string path)
    {
        // Looked at inside the write transaction, so of several processes that start at once one does it and the others see it.
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            var found = (int)session.QueryInt64("PRAGMA user_version");
            if (found > Newest)
            {
                throw new InvalidOperationException(
                    $"{path} has schema version {found}, this build knows versions up to {Newest}: start the newer build that wrote it.");
            }

            for (var version = found + 1; version <= Newest; version++)
            {
                session.ExecuteScript(Script(version));
                session.ExecuteScript(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));
            }

            session.Execute("COMMIT");
            return found;
        }
        catch
        {
            session.RollBack();
            throw;
        }
    }

    private static string Script(int version)
    {
        var name = s_scripts[version - 1];
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
