using System.Collections.Concurrent;
using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>
/// A node of a <see cref="FakeCluster"/>. It says of the cluster what the cluster is like, knows a statement once it has been
/// prepared there, and answers everything else the way <see cref="Answer"/> says.
/// </summary>
internal sealed class FakeMember : IAsyncDisposable
{
    private const string Murmur3 = "org.apache.cassandra.dht.Murmur3Partitioner";

    private readonly FakeCluster _cluster;
    private readonly FakeNode _node;
    private readonly ConcurrentDictionary<FakePeer, bool> _peers = [];
    private readonly ConcurrentDictionary<string, bool> _prepared = [];
    private readonly ConcurrentQueue<Opcode> _asked = [];
    private volatile bool _isDown;

    public FakeMember(FakeCluster cluster, string datacenter, string rack, long[] tokens)
    {
        (_cluster, Datacenter, Rack, Tokens) = (cluster, datacenter, rack, tokens);
        _node = new(ServeAsync) { PeerLeft = peer => _peers.TryRemove(peer, out _) };
    }

    public IPEndPoint EndPoint => (IPEndPoint)_node.EndPoint;

    public string ContactPoint => EndPoint.ToString();

    public Guid HostId { get; } = Guid.NewGuid();

    public string Datacenter { get; }

    public string Rack { get; }

    public long[] Tokens { get; }

    /// <summary>The schema it says it has.</summary>
    public Guid SchemaVersion { get; set; }

    /// <summary>What it answers to QUERY, EXECUTE and BATCH; null for nothing at all.</summary>
    public Func<FakeRequest, (Opcode Opcode, byte[] Body)?> Answer { get; set; } = _ => (Opcode.Result, FakeNode.Void);

    /// <summary>Told of each QUERY, EXECUTE and BATCH, and from where it came.</summary>
    public Action<FakePeer> Seen { get; set; } = _ => { };

    /// <summary>Makes the ids of statements; a node that understands a text in another way than the others gives it another.</summary>
    public string IdPrefix { get; set; } = "";

    /// <summary>Whether it says nothing at all any more, on connections it keeps.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Connections to it.</summary>
    public int Connections => _peers.Count;

    /// <summary>Whether somebody has asked it to tell of events.</summary>
    public bool IsTelling => _peers.Values.Any(registered => registered);

    /// <summary>Connections that it dropped because it is down.</summary>
    public int Refused { get; private set; }

    /// <summary>How often it was asked about the cluster.</summary>
    public int AskedAboutCluster { get; private set; }

    /// <summary>How often it was asked for something of this kind, questions about the cluster left out.</summary>
    public int Asked(params Opcode[] opcodes) => _asked.Count(opcodes.Contains);

    /// <summary>QUERY, EXECUTE and BATCH.</summary>
    public int Requests => Asked(Opcode.Query, Opcode.Execute, Opcode.Batch);

    /// <summary>Drops all connections, and every new one, until <see cref="Up"/>.</summary>
    public void Down()
    {
        _isDown = true;
        Drop();
    }

    public void Up() => _isDown = false;

    /// <summary>Drops all connections.</summary>
    public void Drop()
    {
        foreach (var peer in _peers.Keys)
            peer.Close();
    }

    /// <summary>Forgets all prepared statements, as a restart makes it.</summary>
    public void Forget() => _prepared.Clear();

    /// <summary>Tells everybody who asked for events.</summary>
    public async Task TellAsync(Action<WireBuffer> write)
    {
        var body = new WireBuffer();
        write(body);
        foreach (var (peer, registered) in _peers)
        {
            if (registered)
                await peer.SendAsync(-1, Opcode.Event, body.Written.ToArray());
        }
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async ValueTask ServeAsync(FakeRequest request, FakePeer peer)
    {
        if (_isDown)
        {
            Refused++;
            peer.Close();
            return;
        }

        _peers.TryAdd(peer, false);
        if (IsSilent)
            return;
        await FakeNode.AnswerHandshakeAsync(request, peer);
        switch (request.Opcode)
        {
            case Opcode.Register:
                _peers[peer] = true;
                await peer.SendAsync(request.Stream, Opcode.Ready, []);
                break;
            case Opcode.Query when AboutCluster(request) is { } rows:
                AskedAboutCluster++;
                await peer.SendAsync(request.Stream, Opcode.Result, rows.Body());
                break;
            case Opcode.Prepare:
                _asked.Enqueue(request.Opcode);
                await peer.SendAsync(request.Stream, Opcode.Result, Prepare(Text(request)));
                break;
            case Opcode.Execute when !_prepared.ContainsKey(Id(request)):
                await peer.SendAsync(request.Stream, Opcode.Error, Unprepared(Id(request)));
                break;
            case Opcode.Query or Opcode.Execute or Opcode.Batch:
                _asked.Enqueue(request.Opcode);
                Seen(peer);
                if (Answer(request) is { } answer)
                    await peer.SendAsync(request.Stream, answer.Opcode, answer.Body);
                break;
        }
    }

    private FakeRows? AboutCluster(FakeRequest request) => Text(request) switch
    {
        var text when text.Contains("system.local", StringComparison.Ordinal) => new FakeRows(
            ("host_id", FakeRows.Uuid), ("data_center", FakeRows.Text), ("rack", FakeRows.Text), ("release_version", FakeRows.Text),
            ("partitioner", FakeRows.Text), ("tokens", FakeRows.TextSet), ("schema_version", FakeRows.Uuid))
            .Add(HostId, Datacenter, Rack, "4.1.0", Murmur3, TokenTexts, SchemaVersion),
        var text when text.Contains("system.peers_v2", StringComparison.Ordinal) => _cluster.PeersOf(this),
        var text when text.Contains("system_schema.keyspaces", StringComparison.Ordinal) => FakeCluster.Keyspaces(),
        _ => null,
    };

    public string[] TokenTexts => [.. Tokens.Select(token => token.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Every statement wants one text, which is its partition key, and returns nothing.</summary>
    private byte[] Prepare(string text)
    {
        const int Prepared = 4;
        const int GlobalTable = 1;
        const int NoMetadata = 4;
        var id = IdPrefix + text;
        _prepared[id] = true;
        var body = new WireBuffer();
        body.Int(Prepared);
        body.ShortBytes(System.Text.Encoding.UTF8.GetBytes(id));
        body.Int(GlobalTable);
        body.Int(1);
        body.Int(1);
        body.Short(0);
        body.String(FakeCluster.Keyspace);
        body.String("table");
        body.String("key");
        body.Short((ushort)CqlTypeCode.Varchar);
        body.Int(NoMetadata);
        body.Int(0);
        return body.Written.ToArray();
    }

    private static byte[] Unprepared(string id)
    {
        var body = new WireBuffer();
        body.Int((int)CqlErrorCode.Unprepared);
        body.String("never heard of it");
        body.ShortBytes(System.Text.Encoding.UTF8.GetBytes(id));
        return body.Written.ToArray();
    }

    private static string Text(FakeRequest request)
    {
        var reader = new WireReader(request.Body);
        return reader.LongString();
    }

    private static string Id(FakeRequest request)
    {
        var reader = new WireReader(request.Body);
        return System.Text.Encoding.UTF8.GetString(reader.ShortBytes());
    }
}
