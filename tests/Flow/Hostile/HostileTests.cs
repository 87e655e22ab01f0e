namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>
/// Hostile inputs, row by row, on a live server: each gets its reaction, and each leaves the server serving a pair of ordinary
/// clients as if nothing had happened.
/// </summary>
public abstract class HostileTests
{
    private readonly HostileServer _server;
    private readonly HostileRow[] _rows;

    private protected HostileTests(HostileServer server, HostileRow[] rows) => (_server, _rows) = (server, rows);

    /// <summary>Plays one row.</summary>
    protected async Task PlayAsync(string name)
    {
        await _server.PlayAsync(_rows.Single(row => row.Name == name));
        await _server.ExpectUnharmedAsync();
    }

    private protected static TheoryData<string> NamesOf(HostileRow[] rows) => [.. rows.Select(static row => row.Name)];
}

public sealed class HostileFramingTests(HostileServer server) : HostileTests(server, FramingRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(FramingRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Broken_framing_harms_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileProtobufTests(HostileServer server) : HostileTests(server, ProtobufRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(ProtobufRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Odd_bodies_harm_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileLoginTests(HostileServer server) : HostileTests(server, LoginRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(LoginRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Odd_logins_and_profiles_harm_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileMessageTests(HostileServer server) : HostileTests(server, MessageRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(MessageRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Messages_that_lie_harm_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileQueryTests(HostileServer server) : HostileTests(server, QueryRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(QueryRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Huge_questions_harm_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileHttpTests(HostileServer server) : HostileTests(server, HttpRows.All), IClassFixture<HostileServer>
{
    public static TheoryData<string> Rows => NamesOf(HttpRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Odd_requests_harm_nobody_else(string row) => PlayAsync(row);
}

public sealed class HostileSlowTests(HostileSlowTests.Impatient server) : HostileTests(server, SlowRows.All), IClassFixture<HostileSlowTests.Impatient>
{
    public static TheoryData<string> Rows => NamesOf(SlowRows.All);

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Slow_clients_harm_nobody_else(string row) => PlayAsync(row);

    /// <summary>Its limits are short, but not so short that a login on a busy machine would miss them.</summary>
    public sealed class Impatient : HostileServer
    {
        protected override (string Key, string Value)[] Settings =>
        [
            ("Gateway:LoginDeadline", "00:00:05"),
            ("Gateway:FrameGrace", "00:00:01"),
            ("Gateway:SlowReaderTimeout", "00:00:01"),
            ("Gateway:TlsHandshakeTimeout", "00:00:01"),
        ];
    }
}
