using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>One step of the schema: <c>Schema/0001.cql</c> and so on, each applied once and never changed afterwards.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Text">Statements, each ending with a semicolon at the end of a line; lines beginning with two dashes are comments.</param>
internal sealed record SchemaFile(int Version, string Text)
{
    private const string Compression = "{compression}";
    private const string Uncompressed = "\n  AND compression = {'sstable_compression': ''}";

    /// <summary>Older servers slow down with every compressed file that they read from.</summary>
    private static readonly Version s_compressesWell = new(3, 0);

    /// <summary>All that this program knows, in order.</summary>
    public static IReadOnlyList<SchemaFile> All { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(static name => name.EndsWith(".cql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static name => new SchemaFile(int.Parse(name[..^4], CultureInfo.InvariantCulture), Read(name))),
    ];

    /// <summary>Tells whether two files are the same, whatever their line ends.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Lines(Text))));

    /// <summary>Its statements as a server of a release takes them.</summary>
    public IEnumerable<string> Statements(Version release)
    {
        var code = string.Join(
            '\n', Lines(Text).Split('\n').Where(static line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal)));
        return code
            .Replace(Compression, release < s_compressesWell ? Uncompressed : "", StringComparison.Ordinal)
            .Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static string Lines(string text) => text.ReplaceLineEndings("\n");

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
