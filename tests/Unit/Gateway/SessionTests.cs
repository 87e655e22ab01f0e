using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class SessionTests
{
    private static readonly UserId User = new(7);
    private static readonly IMLoginRes Response = new() { ServerTime = 1, ResultCode = ResultType.Ok };

    [Fact]
    public async Task Kick_during_a_login_comes_behind_the_login_response()
    {
        var connection = new PipeConnection();
        var session = connection.Session;
        session.BeginLogin(User, ClientType.Windows, 5);

        Assert.True(session.Kick(KickReasonType.DuplicateUser));
        Assert.True(session.IsServing);
        Assert.True(session.CompleteLogin(3, Response));

        Assert.Equal((Command.LoginRes, (ushort)3), Key(await connection.ReceiveAsync()));
        Assert.Equal((Command.KickUser, (ushort)0), Key(await connection.ReceiveAsync()));
        Assert.Equal(SessionState.Kicked, session.State);
    }

    [Fact]
    public void Kick_counts_once()
    {
        var session = LoggedIn();

        Assert.True(session.Kick(KickReasonType.MobileKick));
        Assert.False(session.Kick(KickReasonType.DuplicateUser));
    }

    [Fact]
    public void Login_that_was_closed_meanwhile_is_not_completed()
    {
        var session = new PipeConnection().Session;
        session.BeginLogin(User, ClientType.Windows, 5);
        session.Close(CloseReason.PeerClosed);

        Assert.False(session.CompleteLogin(3, Response));
        Assert.False(session.HasLoggedIn);
    }

    [Fact]
    public void First_reason_to_close_counts()
    {
        var session = LoggedIn();

        Assert.True(session.Close(CloseReason.Idle));
        Assert.False(session.Close(CloseReason.PeerClosed));
        Assert.Equal(CloseReason.Idle, session.CloseReason);
    }

    [Fact]
    public async Task Closed_token_is_cancelled_by_a_close_and_by_a_kick()
    {
        foreach (Action<Session> end in new Action<Session>[]
        {
            session => session.Close(CloseReason.Idle),
            session => session.Kick(KickReasonType.DuplicateUser),
        })
        {
            var session = LoggedIn();
            Assert.False(session.Closed.IsCancellationRequested);
            end(session);
            await session.UntilClosedAsync().WaitAsync(TestContext.Current.CancellationToken);
            Assert.True(session.Closed.IsCancellationRequested);
        }
    }

    [Fact]
    public void Table_shows_a_user_only_the_sessions_that_are_logged_in()
    {
        var table = new ConnectionTable();
        var (complete, pending) = (new PipeConnection(1).Session, new PipeConnection(2).Session);
        foreach (var session in new[] { complete, pending })
        {
            table.Add(session);
            session.BeginLogin(User, ClientType.Windows, 5);
            table.Claim(session);
        }

        complete.CompleteLogin(1, Response);

        Assert.Equal([complete], List(table));
        Assert.Equal([complete, pending], table.ClaimsOf(User));
        Assert.Same(pending, table.Find(2));

        table.Release(complete);
        table.Release(complete);
        Assert.Empty(List(table));
        Assert.Equal([pending], table.ClaimsOf(User));

        table.Release(pending);
        Assert.True(table.SessionsOf(User).IsEmpty);
        Assert.Equal(2, table.Count);
    }

    private static List<Session> List(ConnectionTable table)
    {
        var sessions = new List<Session>();
        foreach (var session in table.SessionsOf(User))
            sessions.Add(session);
        return sessions;
    }

    private static Session LoggedIn()
    {
        var session = new PipeConnection().Session;
        session.BeginLogin(User, ClientType.Windows, 5);
        Assert.True(session.CompleteLogin(1, Response));
        return session;
    }

    private static (ushort Command, ushort Sequence) Key((FrameHeader Header, byte[] Body) frame) =>
        (frame.Header.Command, frame.Header.Sequence);
}
