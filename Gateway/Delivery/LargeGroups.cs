using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Members of groups so large that their messages come to every gateway without a list of receivers. A group is read from the store
/// when its first message comes; sessions here then get what came meanwhile from the store too.
/// </summary>
internal sealed class LargeGroups : BackgroundService
{
    private const int LoadsAtOnce = 2;

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly IGroupReader _store;
    private readonly ConnectionTable _connections;
    private readonly GapFiller _gaps;
    private readonly ILogger _log;
    private readonly DelayedWork<uint> _loads;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, GroupRoster> _rosters = [];

    // Groups being read, with the newest message that came for each.
    private readonly Dictionary<uint, uint> _waiting = [];

    public LargeGroups(
        IGroupReader store, ConnectionTable connections, GapFiller gaps, TimeProvider time, ILogger<LargeGroups> log)
    {
        (_store, _connections, _gaps, _log) = (store, connections, gaps, log);
        _loads = new(LoadsAtOnce, time, LoadAsync);
    }

    /// <summary>The sessions here that see a message; none when the group has to be read first, they get it after that.</summary>
    public List<Session> SessionsFor(DeliveryItem message)
    {
        var group = new ConversationId(message.Relation).GroupId;
        lock (_gate)
        {
            // A group that changed without our hearing of it is read again.
            if (_rosters.TryGetValue(group, out var roster) && roster.LastChange >= message.PositionInLog)
                return SeersOf(roster, message.MessageId);

            if (!_waiting.TryGetValue(group, out var newest))
                _loads.Add(group, TimeSpan.Zero);
            _waiting[group] = Math.Max(newest, message.MessageId);
            return [];
        }
    }

    /// <summary>Members joined or left.</summary>
    public void Follow(DeliveryItem change)
    {
        lock (_gate)
        {
            var group = new ConversationId(change.Relation).GroupId;
            if (!_rosters.TryGetValue(group, out var roster))
                return;

            // Having followed this change, the roster would look as if it had followed the one that was lost before it.
            if (roster.LastChange < change.PreviousInLog)
            {
                _rosters.Remove(group);
                return;
            }

            var users = change.Users.Select(static user => new UserId(user));
            if (change.Left)
                roster.Leave(users, change.PositionInLog, change.MessageId);
            else
                roster.Join(users, change.PositionInLog, change.MessageId);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loads.RunAsync(stoppingToken);

    private async ValueTask LoadAsync(uint group, CancellationToken stoppingToken)
    {
        try
        {
            var roster = new GroupRoster(await _store.MembersAsync(group, stoppingToken));
            List<Session> sessions;
            uint newest;
            lock (_gate)
            {
                _rosters[group] = roster;
                _waiting.Remove(group, out newest);
                sessions = SeersOf(roster, newest);
            }

            _log.LargeGroupRead(group, roster.Count, sessions.Count);
            foreach (var session in sessions)
                Reach(session, ConversationId.Group(group), newest);
        }
        catch (DependencyUnavailableException exception)
        {
            _log.LargeGroupUnread(group, exception);
            _loads.Add(group, s_retryDelay);
        }
    }

    private void Reach(Session session, ConversationId conversation, uint head)
    {
        bool missing;
        lock (session.Cursor.Gate)
            missing = session.Cursor.Reach(conversation, head);
        if (missing)
            _gaps.Fill(session, conversation);
    }

    // Sessions here are fewer than members everywhere.
    private List<Session> SeersOf(GroupRoster roster, uint messageId) =>
        [.. _connections.All.Where(session => session.IsLoggedIn && roster.Sees(session.User, messageId))];
}
