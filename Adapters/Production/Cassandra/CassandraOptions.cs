using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>How many replicas must have a write before it counts; reads ask as many.</summary>
public enum CassandraConsistency
{
    /// <summary>More than half of all replicas, in whatever datacenter they are.</summary>
    Quorum,

    /// <summary>More than half of the replicas of the local datacenter; with one datacenter the same as Quorum.</summary>
    LocalQuorum,
}

/// <summary>Conversation store and user directory on Cassandra, from the <c>Cassandra</c> section.</summary>
public sealed class CassandraOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Cassandra";

    /// <summary>The native protocol's registered port.</summary>
    internal const int DefaultPort = 9042;

    /// <summary>Some nodes, <c>host:port,host:port</c>; they tell of the others. Defaults to localhost:9042.</summary>
    [Required]
    public string ContactPoints { get; set; } = $"localhost:{DefaultPort}";

    /// <summary>Nodes of this datacenter are asked, and migrate places replicas there. Defaults to that of the first node that answers.</summary>
    [RegularExpression("[A-Za-z0-9_.-]{0,100}")]
    public string LocalDatacenter { get; set; } = "";

    /// <summary>Keyspace of all tables. Defaults to brokerim.</summary>
    [Required]
    [RegularExpression("[a-z][a-z0-9_]{0,47}", ErrorMessage = "a lower-case letter, then letters, digits and underscores; at most 48.")]
    public string Keyspace { get; set; } = "brokerim";

    /// <summary>
    /// Copies of each row in the local datacenter. The migrate command creates the keyspace with it, and no process starts with
    /// another one than the keyspace has. The loss of a node costs nothing from 3 on. Defaults to 3.
    /// </summary>
    [Range(1, 15)]
    public int ReplicationFactor { get; set; } = 3;

    /// <summary>Replicas that must answer: Quorum or LocalQuorum. Defaults to LocalQuorum.</summary>
    public CassandraConsistency Consistency { get; set; } = CassandraConsistency.LocalQuorum;

    /// <summary>User to log in as. Defaults to none.</summary>
    public string User { get; set; } = "";

    /// <summary>The user's password. Defaults to none.</summary>
    public string Password { get; set; } = "";

    /// <summary>Whether to speak TLS with the nodes. Defaults to false.</summary>
    public bool Tls { get; set; }

    /// <summary>Name that the nodes' certificates must bear. Defaults to the address of each node.</summary>
    public string TlsHostName { get; set; } = "";

    /// <summary>Connections to each node. One carries tens of thousands of requests a second. Defaults to 1.</summary>
    [Range(1, 64)]
    public int ConnectionsPerNode { get; set; } = 1;

    /// <summary>How long a request may take, all attempts together. Defaults to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Rows of one write at most. Defaults to 64.</summary>
    [Range(1, 1_000)]
    public int BatchRows { get; set; } = 64;

    /// <summary>
    /// Bytes after which a write of several rows is closed; a larger row goes alone. Servers before 3.0 refuse batches above their
    /// own limit, 50 KiB by default. Defaults to 40 KiB.
    /// </summary>
    [Range(1_000, 10_000_000)]
    public int BatchBytes { get; set; } = 40 * 1024;

    /// <summary>Writes of one batch of the log that are under way at once, each for another conversation or user. Defaults to 16.</summary>
    [Range(1, 4_096)]
    public int ConcurrentWrites { get; set; } = 16;

    /// <summary>
    /// Conversations or users that share a request when each has few rows; 1 gives each its own. A request has a price of its own
    /// several times that of a row. Defaults to 10; for more, newer servers log a warning
    /// (<c>unlogged_batch_across_partitions_warn_threshold</c>).
    /// </summary>
    [Range(1, 1_000)]
    public int SharedRequestKeys { get; set; } = 10;

    /// <summary>Reads that one question may have under way at once. Defaults to 32.</summary>
    [Range(1, 4_096)]
    public int ConcurrentReads { get; set; } = 32;

    /// <summary>How long a starting process waits for the cluster. Defaults to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The contact points, each <c>host:port</c>.</summary>
    internal IEnumerable<string> Nodes => ContactPoints.Split(
        ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Nodes.Any())
            yield return new($"Cassandra:ContactPoints = '{ContactPoints}': expected host:port,host:port.", [nameof(ContactPoints)]);

        foreach (var node in Nodes.Where(node => !IsNode(node)))
            yield return new($"Cassandra:ContactPoints: '{node}' is not host, host:port or [IPv6]:port.", [nameof(ContactPoints)]);

        if (!Enum.IsDefined(Consistency))
        {
            yield return new(
                $"Cassandra:Consistency = '{Consistency}': not one of {string.Join(", ", Enum.GetNames<CassandraConsistency>())}.",
                [nameof(Consistency)]);
        }

        // Neither value is repeated: one of them is a secret, and people mix the two up.
        if ((User.Length == 0) != (Password.Length == 0))
            yield return new("Cassandra:User and Cassandra:Password: give both or neither.", [nameof(User)]);
    }

    private static bool IsNode(string node)
    {
        // A bare IPv6 address has several colons and no port; with a port it stands in brackets.
        var colon = node.StartsWith('[') ? node.IndexOf("]:", StringComparison.Ordinal) + 1 : node.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || (colon != node.LastIndexOf(':') && !node.StartsWith('[')))
            return Uri.CheckHostName(node) != UriHostNameType.Unknown;

        return Uri.CheckHostName(node[..colon].Trim('[', ']')) != UriHostNameType.Unknown
            && ushort.TryParse(node[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0;
    }
}

[OptionsValidator]
internal sealed partial class CassandraOptionsValidator : IValidateOptions<CassandraOptions>;
