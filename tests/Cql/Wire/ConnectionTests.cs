using System.Collections.Concurrent;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>One connection, against a node that does what it is told to.</summary>
public sealed class ConnectionTests
{
    private static readonly CqlStatement s_question = new("SELECT answer FROM question");

    [Fact]
    public async Task Answers_in_another_order_find_their_requests()
    {
        var held = new ConcurrentStack<FakeRequest>();
        const int Count = 100;
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode != Opcode.Query)
                return;
            held.Push(request);
            if (held.Count == Count)
            {
                while (held.TryPop(out var last))
                    await peer.SendAsync(last.Stream, Opcode.Result, FakeNode.TextRow(TextOf(last)));
            }
        });
        await using var connection = await OpenAsync(node);

        var texts = Enumerable.Range(0, Count).Select(i => $"SELECT {i}").ToList();
        var answers = await Task.WhenAll(texts.Select(text => FirstTextAsync(connection, text)));

        Assert.Equal(texts, answers);
        Assert.Equal(0, connection.InFlight);
    }

    [Fact]
    public async Task Abandoned_request_keeps_its_stream_id_until_the_answer_has_come()
    {
        var late = new TaskCompletionSource<(FakeRequest Request, FakePeer Peer)>();
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode != Opcode.Query)
                return;
            if (!late.TrySetResult((request, peer)))
                await peer.SendAsync(request.Stream, Opcode.Result, FakeNode.TextRow(TextOf(request)));
        });
        await using var connection = await OpenAsync(node);
        using var giveUp = new CancellationTokenSource();
        var abandoned = connection.ExecuteAsync(s_question, Patience.Deadline, giveUp.Token).AsTask();
        var (first, peer) = await late.Task.WaitAsync(Patience.Token);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.Equal("SELECT 2", await FirstTextAsync(connection, "SELECT 2"));
        Assert.Equal(1, connection.InFlight);

        await peer.SendAsync(first.Stream, Opcode.Result, FakeNode.TextRow("too late"));
        Assert.Equal("SELECT 3", await FirstTextAsync(connection, "SELECT 3"));
        Assert.Equal(0, connection.InFlight);
        Assert.Equal("SELECT 4", await FirstTextAsync(connection, "SELECT 4"));
    }

    [Fact]
    public async Task Silence_ends_in_a_timeout_that_names_node_and_request()
    {
        await using var node = new FakeNode(FakeNode.AnswerHandshakeAsync);
        await using var connection = await OpenAsync(node);

        var error = await Assert.ThrowsAsync<CqlTimeoutException>(() => connection.ExecuteAsync(
            s_question, Patience.In(TimeSpan.FromMilliseconds(50)), Patience.Token).AsTask());

        Assert.Equal(node.EndPoint, error.Node);
        Assert.Contains(s_question.Text, error.Message, StringComparison.Ordinal);
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task Full_connection_makes_requests_wait_and_says_so_when_that_takes_too_long()
    {
        var seen = new ConcurrentQueue<(FakeRequest Request, FakePeer Peer)>();
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode == Opcode.Query)
                seen.Enqueue((request, peer));
        });
        await using var connection = await OpenAsync(node, options => options.MaxInFlightPerConnection = 2);
        var first = FirstTextAsync(connection, "SELECT 1");
        var second = FirstTextAsync(connection, "SELECT 2");

        await Assert.ThrowsAsync<CqlBusyException>(() => connection.ExecuteAsync(
            s_question, Patience.In(TimeSpan.FromMilliseconds(50)), Patience.Token).AsTask());

        var third = FirstTextAsync(connection, "SELECT 3");
        await AnswerAsync(seen, 3);
        Assert.Equal(["SELECT 1", "SELECT 2", "SELECT 3"], await Task.WhenAll(first, second, third));
        Assert.Equal(0, connection.InFlight);
    }

    [Fact]
    public async Task Half_of_all_ids_overdue_end_the_connection()
    {
        await using var node = new FakeNode(FakeNode.AnswerHandshakeAsync);
        await using var connection = await OpenAsync(node, options => options.MaxInFlightPerConnection = 4);

        var overdue = Enumerable.Range(0, 3).Select(_ => connection.ExecuteAsync(
            s_question, Patience.In(TimeSpan.FromMilliseconds(20)), Patience.Token).AsTask()).ToList();

        foreach (var one in overdue)
            await Assert.ThrowsAnyAsync<CqlException>(() => one);
        Assert.IsType<TimeoutException>(await connection.Ended.WaitAsync(Patience.Token));
        Assert.Equal(0, connection.InFlight);
    }

    [Fact]
    public async Task Lost_connection_fails_all_that_wait_and_all_that_come()
    {
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode == Opcode.Query && TextOf(request) == "SELECT 9")
                peer.Close();
        });
        await using var connection = await OpenAsync(node);

        var waiting = Enumerable.Range(0, 10).Select(i => FirstTextAsync(connection, $"SELECT {i}")).ToList();

        foreach (var one in waiting)
            Assert.Equal(node.EndPoint, (await Assert.ThrowsAsync<CqlConnectionException>(() => one)).Node);
        Assert.NotNull(await connection.Ended.WaitAsync(Patience.Token));
        await Assert.ThrowsAsync<CqlConnectionException>(() => FirstTextAsync(connection, "SELECT 10"));
        Assert.Equal(0, connection.InFlight);
    }

    [Fact]
    public async Task Closing_fails_what_is_in_flight_and_gives_no_reason()
    {
        await using var node = new FakeNode(FakeNode.AnswerHandshakeAsync);
        var connection = await OpenAsync(node);
        var waiting = FirstTextAsync(connection, "SELECT 1");

        await connection.DisposeAsync();

        await Assert.ThrowsAsync<CqlConnectionException>(() => waiting);
        Assert.Null(await connection.Ended);
    }

    [Theory]
    [InlineData("04000001")]
    [InlineData("48545450")]
    [InlineData("8400000508ffffffff")]
    [InlineData("840000050810000000")]
    [InlineData("840000630800000004000000010000")]
    [InlineData("84000001080000000400")]
    public async Task What_is_no_answer_ends_the_connection(string hex)
    {
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode == Opcode.Query)
            {
                await peer.SendRawAsync(Convert.FromHexString(hex.PadRight(18, '0')));
                peer.Close();
            }
        });
        await using var connection = await OpenAsync(node, options => options.MaxResponseBytes = 1_000_000);

        await Assert.ThrowsAsync<CqlConnectionException>(() => FirstTextAsync(connection, "SELECT 1"));

        Assert.IsType<CqlProtocolException>(await connection.Ended.WaitAsync(Patience.Token));
    }

    [Fact]
    public async Task Version_goes_down_until_the_node_agrees()
    {
        var versions = new ConcurrentQueue<int>();
        await using var node = new FakeNode(async (request, peer) =>
        {
            versions.Enqueue(request.Version);
            peer.Version = 3;
            if (request.Version > 3)
            {
                await peer.SendAsync(request.Stream, Opcode.Error, FakeNode.Error(CqlErrorCode.ProtocolError, "unsupported version"));
                peer.Close();
                return;
            }

            await FakeNode.AnswerHandshakeAsync(request, peer);
        });

        await using var connection = await OpenAsync(node);

        Assert.Equal(3, connection.Version);
        Assert.Equal([4, 3], versions);
    }

    [Fact]
    public async Task Node_that_refuses_every_version_is_given_up()
    {
        await using var node = new FakeNode((request, peer) => peer.SendAsync(
            request.Stream, Opcode.Error, FakeNode.Error(CqlErrorCode.ProtocolError, "unsupported version")));

        var error = await Assert.ThrowsAsync<CqlServerException>(() => OpenAsync(node));

        Assert.Equal(CqlErrorCode.ProtocolError, error.Code);
    }

    [Fact]
    public async Task User_and_password_are_sent_as_sasl_plain()
    {
        byte[]? token = null;
        await using var node = new FakeNode(async (request, peer) =>
        {
            if (request.Opcode == Opcode.Startup)
                await peer.SendAsync(request.Stream, Opcode.Authenticate, Text("PasswordAuthenticator"));
            if (request.Opcode == Opcode.AuthResponse)
            {
                token = request.Body;
                await peer.SendAsync(request.Stream, Opcode.AuthSuccess, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF });
            }
        });

        await using var connection = await OpenAsync(node, options => options.Credentials = new("bob", "swordfish"));

        Assert.Equal([0, 0, 0, 14, 0, .. "bob"u8, 0, .. "swordfish"u8], token);
    }

    [Fact]
    public async Task Refused_password_and_missing_credentials_are_told_apart_from_lost_nodes()
    {
        await using var node = new FakeNode(async (request, peer) =>
        {
            if (request.Opcode == Opcode.Startup)
                await peer.SendAsync(request.Stream, Opcode.Authenticate, Text("PasswordAuthenticator"));
            if (request.Opcode == Opcode.AuthResponse)
                await peer.SendAsync(request.Stream, Opcode.Error, FakeNode.Error(CqlErrorCode.BadCredentials, "wrong"));
        });

        await Assert.ThrowsAsync<CqlAuthenticationException>(
            () => OpenAsync(node, options => options.Credentials = new("bob", "marlin")));
        await Assert.ThrowsAsync<CqlAuthenticationException>(() => OpenAsync(node));
    }

    [Fact]
    public async Task Node_that_says_nothing_is_given_up_in_time()
    {
        await using var node = new FakeNode((_, _) => ValueTask.CompletedTask);

        await Assert.ThrowsAsync<CqlConnectionException>(
            () => OpenAsync(node, options => options.ConnectTimeout = TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task Events_reach_whoever_asked_for_them()
    {
        var events = new TaskCompletionSource<CqlEvent>();
        byte[]? asked = null;
        await using var node = new FakeNode(async (request, peer) =>
        {
            await FakeNode.AnswerHandshakeAsync(request, peer);
            if (request.Opcode != Opcode.Register)
                return;
            asked = request.Body;
            await peer.SendAsync(request.Stream, Opcode.Ready, []);
            var body = new WireBuffer();
            body.String("STATUS_CHANGE");
            body.String("UP");
            body.Raw([4, 10, 0, 0, 7]);
            body.Int(9042);
            await peer.SendAsync(-1, Opcode.Event, body.Written.ToArray());
        });
        await using var connection = await CqlConnection.OpenAsync(
            node.EndPoint, new CqlOptions(), version: null, events.SetResult, Patience.Token);

        await connection.RegisterAsync(["STATUS_CHANGE"], Patience.Deadline, Patience.Token);

        var told = await events.Task.WaitAsync(Patience.Token);
        Assert.Equal(("STATUS_CHANGE", "UP", "10.0.0.7:9042"), (told.Kind, told.Change, told.Node?.ToString()));
        Assert.Equal([0, 1, 0, 13, .. "STATUS_CHANGE"u8], asked);
    }

    private static byte[] Text(string text)
    {
        var body = new WireBuffer();
        body.String(text);
        return body.Written.ToArray();
    }

    private static string TextOf(FakeRequest request)
    {
        var reader = new WireReader(request.Body);
        return reader.LongString();
    }

    private static async Task AnswerAsync(ConcurrentQueue<(FakeRequest Request, FakePeer Peer)> seen, int count)
    {
        var deadline = Patience.Token;
        while (count > 0)
        {
            deadline.ThrowIfCancellationRequested();
            if (!seen.TryDequeue(out var one))
            {
                await Task.Yield();
                continue;
            }

            await one.Peer.SendAsync(one.Request.Stream, Opcode.Result, FakeNode.TextRow(TextOf(one.Request)));
            count--;
        }
    }

    private static async Task<CqlConnection> OpenAsync(FakeNode node, Action<CqlOptions>? configure = null)
    {
        var options = new CqlOptions();
        configure?.Invoke(options);
        return await CqlConnection.OpenAsync(node.EndPoint, options, version: null, onEvent: null, Patience.Token);
    }

    private static async Task<string> FirstTextAsync(CqlConnection connection, string text)
    {
        using var rows = await connection.ExecuteAsync(new CqlStatement(text), Patience.Deadline, Patience.Token);
        Assert.True(rows.Read());
        return System.Text.Encoding.UTF8.GetString(rows.GetRaw(0));
    }
}
