using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Presence;

/// <summary>Commands about who is online: the status query and the kick of one's own PC (protocol chapter 02 sections 4.1 and 7).</summary>
internal sealed class PresenceModule(
    IPresenceWriter presence,
    StatusCache statuses,
    OnlineElsewhere elsewhere,
    Kicks kicks,
    QueryDeadline deadline,
    TimeProvider time) : ICommandModule
{
    // Ten bytes each, so the answer stays below what Android accepts. Windows asks for 300 at a time.
    private const int MaxAsked = 40_000;

    public void Register(CommandTable table)
    {
        table.Map<IMUsersStatReq>(Command.UsersStatReq, TellStatusAsync);
        table.Map<IMKickPCClientReq>(Command.KickPCClientReq, KickPcAsync);
    }

    private async ValueTask TellStatusAsync(
        Session session, FrameHeader header, IMUsersStatReq request, CancellationToken cancellationToken)
    {
        var asked = request.UserIdList.Take(MaxAsked).ToList();
        var online = await OnlineAsync(asked, cancellationToken);
        var answer = new IMUsersStatRsp { UserId = session.User.Value };
        answer.UserStatList.AddRange(asked.Select(id => new UserStat
        {
            UserId = id,
            Status = online.Contains(id) ? UserStatType.Online : UserStatType.Offline,
        }));
        session.Send(Command.UsersStatRsp, header.Sequence, answer);
    }

    // A user with nothing but a phone is offline for others (section 7.2).
    private async ValueTask<HashSet<uint>> OnlineAsync(List<uint> asked, CancellationToken cancellationToken)
    {
        List<UserId> users = [.. asked.Select(static id => new UserId(id)).Where(static user => user.IsValid).Distinct()];
        var pcs = await deadline.AskAsync(token => statuses.FindAsync(users, token), cancellationToken);
        var online = new HashSet<uint>();
        foreach (var (user, gateway) in users.Zip(pcs))
        {
            if (gateway is null)
                continue;
            elsewhere.Online(user, gateway.Value);
            online.Add(user.Value);
        }

        return online;
    }

    private async ValueTask KickPcAsync(
        Session session, FrameHeader header, IMKickPCClientReq request, CancellationToken cancellationToken)
    {
        if (session.Class != DeviceClass.Mobile)
            return;

        // Whatever is there now goes, even if the clock of its gateway is ahead; what logs in from here on stays.
        var present = (await presence.FindAsync([session.User], cancellationToken))[0];
        var beforeMs = present
            .Where(entry => entry.Client.ClassOf() == DeviceClass.Pc)
            .Select(entry => entry.LoginTimeMs + 1)
            .Append(time.GetUtcNow().ToUnixTimeMilliseconds())
            .Max();
        kicks.KickPc(session.User, beforeMs);
        session.Send(Command.KickPCClientRsp, header.Sequence, new IMKickPCClientRsp
        {
            UserId = session.User.Value,
            ResultCode = 0,
        });
    }
}
