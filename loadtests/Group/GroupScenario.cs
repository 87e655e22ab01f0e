using System.Net;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Group;

/// <summary>What the group scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Groups">How many groups; nobody is in two.</param>
/// <param name="Members">Members of each, all online.</param>
/// <param name="Senders">How many of them send; all receive.</param>
/// <param name="ClientType">What the connections pass for.</param>
/// <param name="Talk">How they talk.</param>
internal sealed record GroupOptions(EndPoint Target, int Groups, int Members, int Senders, ClientType ClientType, TalkOptions Talk);

/// <summary>Some members of a group send, all others receive: one large group, or many.</summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">As many as all groups have members.</param>
internal sealed class GroupScenario(GroupOptions options, IReadOnlyList<LoadUser> accounts) : TalkScenario(options.Talk)
{
    public override string Name => "group";

    /// <summary>Deliveries come first: they are what a group costs.</summary>
    public override IReadOnlyList<Step> Steps => [Run.Received, Run.Acked];

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["groups"] = $"{options.Groups}",
        ["members"] = $"{options.Members}",
        ["senders"] = $"{options.Senders}",
        ["load"] = $"{options.Talk.Load}",
        ["window"] = $"{options.Talk.Window}",
        ["message bytes"] = $"{options.Talk.MessageBytes}",
    };

    protected override async Task<IReadOnlyList<Conversation>> MeetAsync(CancellationToken cancellationToken)
    {
        var members = await ForEachAsync([.. accounts.Take(options.Groups * options.Members).Index()], LogInAsync, cancellationToken);
        return await ForEachAsync([.. members.Chunk(options.Members)], GatherAsync, cancellationToken);
    }

    private async Task<(Talker Talker, TeamTalkConnection Connection)> LogInAsync(
        (int Index, LoadUser Account) user, CancellationToken cancellationToken)
    {
        var (connection, login) = await TeamTalkConnection.LogInAsync(
            options.Target, user.Account, options.ClientType, Run.Wire, cancellationToken);
        Run.TellServerTime(login.HasServerTimeMs ? (long)login.ServerTimeMs : login.ServerTime * 1_000L);
        var place = user.Index % options.Members;
        var talker = new Talker(Run, options.Senders, place < options.Senders ? place : -1);
        talker.Attach(connection);
        connection.Listener = talker;
        return (talker, connection);
    }

    private async Task<Conversation> GatherAsync(
        (Talker Talker, TeamTalkConnection Connection)[] members, CancellationToken cancellationToken)
    {
        var creator = members[0].Connection;
        var reply = await creator.AskAsync(
            Command.GroupCreateReq,
            new IMGroupCreateReq
            {
                UserId = creator.Self,
                GroupType = GroupType.Temporary,
                GroupName = $"load {Run.Id:x8}",
                GroupAvatar = "",
                MemberIdList = { members.Select(static member => member.Connection.Self) },
            },
            Command.GroupCreateRsp,
            IMGroupCreateRsp.Parser,
            cancellationToken);
        if (reply.ResultCode != 0)
            throw new InvalidOperationException($"A group of {members.Length} was refused with code {reply.ResultCode}.");

        var peer = Peer.Group(reply.GroupId);
        var latest = await creator.LatestIdAsync(peer, cancellationToken);
        foreach (var (talker, connection) in members)
        {
            connection.Peer = peer;
            talker.Ledger.BaseId = latest;
        }

        return new([.. members.Select(static member => member.Talker)]);
    }
}
