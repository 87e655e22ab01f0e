using System.Text.RegularExpressions;

namespace BrokerIm.Tests.House;

/// <summary>
/// Rows that come from the log are written at timestamps made from log positions, far beyond any clock. A statement that brings in a
/// clock's timestamp loses against them for ever, or hides what comes later, and nothing fails at the time. So such statements are
/// found here: one without its own timestamp, any deletion, any expiry and any condition.
/// </summary>
public sealed partial class CqlStatementsTests
{
    private static readonly HashSet<string> s_logTables =
        ["message", "skip", "progress", "read_mark", "user_conversation", "group_event", "member", "user_group"];

    /// <summary>
    /// Here SQLite is spoken, where positions are columns, or the tables are those of a benchmark or of another server; and this file
    /// has samples of what is wrong.
    /// </summary>
    private static readonly string[] s_notOurs =
    [
        "artifacts/", "Adapters/Embedded/", "loadtests/", "tests/Unit/Embedded/", "tests/Unit/Server/OperatorCommandTests.cs",
        "tests/Flow/Import/", "tests/House/CqlStatementsTests.cs", "web/",
    ];

    [Fact]
    public void Statements_on_tables_of_the_log_carry_a_timestamp_and_nothing_else()
    {
        var statements = Sources().SelectMany(file => Statements(File.ReadAllText(Path.Combine(Repository.Root, file)))
            .Select(statement => (file, statement))).ToList();

        Assert.All(statements, found => Assert.Null(Problem(found.statement)));
        Assert.Superset(
            s_logTables,
            statements.Select(found => TableOf(found.statement)).OfType<string>().ToHashSet());
    }

    [Fact]
    public void Every_table_is_known_to_be_of_the_log_or_not()
    {
        string[] others =
        [
            "user", "user_name", "user_change", "department", "device_token", "resume_token", "id_block",
            "group_request", "schema_version", "schema_lock",
        ];
        var tables = Sources()
            .Where(file => !file.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(file => CreateTable().Matches(File.ReadAllText(Path.Combine(Repository.Root, file))))
            .Select(match => match.Groups["table"].Value)
            .Where(table => !table.Contains('{', StringComparison.Ordinal));

        Assert.Empty(tables.Except([.. s_logTables, .. others]));
    }

    [Theory]
    [InlineData("INSERT INTO message (relation) VALUES (?)")]
    [InlineData("INSERT INTO brokerim.message (relation) VALUES (?)")]
    [InlineData("insert into read_mark (user_id) values (?)")]
    [InlineData("INSERT INTO progress (epoch) VALUES (?) USING TTL 5")]
    [InlineData("INSERT INTO progress (epoch) VALUES (?) USING TIMESTAMP ? AND TTL 5")]
    [InlineData("INSERT INTO message (relation) VALUES (?) IF NOT EXISTS")]
    [InlineData("INSERT INTO message (relation) VALUES (?) IF NOT EXISTS USING TIMESTAMP ?")]
    [InlineData("UPDATE message SET body = ? WHERE relation = ?")]
    [InlineData("UPDATE message USING TIMESTAMP ? SET body = ? WHERE relation = ? IF body = ?")]
    [InlineData("DELETE FROM user_conversation WHERE user_id = ?")]
    [InlineData("DELETE body FROM message USING TIMESTAMP ? WHERE relation = ?")]
    [InlineData("TRUNCATE message")]
    [InlineData("TRUNCATE TABLE brokerim.skip")]
    [InlineData("INSERT INTO {table} (relation) VALUES (?) USING TIMESTAMP ?")]
    public void Wrong_statement_is_found(string statement)
    {
        var found = Assert.Single(Statements($"session.Run(\"{statement}\"); Run(\n\"\"\"\nSELECT * FROM message\n\"\"\");"));
        Assert.NotNull(Problem(found));
    }

    [Theory]
    [InlineData("INSERT INTO message (relation) VALUES (?) USING TIMESTAMP ?")]
    [InlineData("UPDATE message USING TIMESTAMP ? SET body = ? WHERE relation = ?")]
    [InlineData("INSERT INTO user_name (name, id) VALUES (?, ?) IF NOT EXISTS")]
    [InlineData("DELETE FROM schema_lock WHERE name = ? IF holder = ?")]
    public void Right_statement_is_let_through(string statement) =>
        Assert.Null(Problem(Assert.Single(Statements($"const string Text =\n\"\"\"\n{statement.Replace(" VALUES", "\nVALUES", StringComparison.Ordinal)}\n\"\"\";"))));

    private static IEnumerable<string> Sources() => Directory
        .EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".cs" or ".cql" or ".sh" || file.Contains("/infra/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(file => !s_notOurs.Any(place => file.StartsWith(place, StringComparison.Ordinal))
            && !file.Contains("Sqlite", StringComparison.Ordinal)
            && !file.Contains("/obj/", StringComparison.Ordinal));

    /// <summary>What writes, up to the end of its string or, in a script, its semicolon. Texts that are put together from pieces end too early and are found wrong.</summary>
    private static IEnumerable<string> Statements(string source) => Write().Matches(source).Select(match => match.Value);

    private static string? Problem(string statement)
    {
        var table = TableOf(statement);
        if (table is null || table.Contains('{', StringComparison.Ordinal))
            return $"cannot be read: {statement}";
        if (!s_logTables.Contains(table))
            return null;
        if (Deletion().IsMatch(statement))
            return $"deletes from a table of the log: {statement}";
        if (Condition().IsMatch(statement))
            return $"has a condition on a table of the log: {statement}";
        if (Expiry().IsMatch(statement))
            return $"expires in a table of the log: {statement}";
        return Timestamp().IsMatch(statement) ? null : $"has no timestamp of its own: {statement}";
    }

    private static string? TableOf(string statement) => Target().Match(statement) is { Success: true } match
        ? match.Groups["table"].Value.ToLowerInvariant()
        : null;

    [GeneratedRegex("""(?<=^\s*|["'({;]\s*)(INSERT\s+INTO|UPDATE|DELETE|TRUNCATE)\s[^";]*""", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Write();

    [GeneratedRegex("""^(INSERT\s+INTO|UPDATE|DELETE\b.*?\bFROM|TRUNCATE(\s+TABLE)?)\s+([\w{}]+\.)?(?<table>[\w{}]+)""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Target();

    [GeneratedRegex(@"^(DELETE|TRUNCATE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Deletion();

    [GeneratedRegex(@"\bIF\b", RegexOptions.IgnoreCase)]
    private static partial Regex Condition();

    [GeneratedRegex(@"\bTTL\b", RegexOptions.IgnoreCase)]
    private static partial Regex Expiry();

    [GeneratedRegex(@"\bUSING\s+TIMESTAMP\b", RegexOptions.IgnoreCase)]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"CREATE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?(?<table>[\w{}.]+)", RegexOptions.IgnoreCase)]
    private static partial Regex CreateTable();
}
