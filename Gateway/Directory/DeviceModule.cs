using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Directory;

/// <summary>Commands about being woken: the push token and the night shield (protocol chapter 02 sections 5 and 6).</summary>
internal sealed class DeviceModule(IDevices devices, QueryDeadline deadline, GatewayMetrics metrics) : ICommandModule
{
    private const uint Ok = 0;
    private const uint Failed = 1;

    public void Register(CommandTable table)
    {
        table.Map<IMDeviceTokenReq>(Command.DeviceTokenReq, BindAsync);
        table.Map<IMPushShieldReq>(Command.PushShieldReq, SetShieldAsync);
        table.Map<IMQueryPushShieldReq>(Command.QueryPushShieldReq, TellShieldAsync);
    }

    private async ValueTask BindAsync(
        Session session, FrameHeader header, IMDeviceTokenReq request, CancellationToken cancellationToken)
    {
        if (session.Class != DeviceClass.Mobile)
            return;
        if (request.DeviceToken.Length == 0 || Encoding.UTF8.GetByteCount(request.DeviceToken) > Limits.MaxDeviceTokenBytes)
        {
            metrics.FrameRejected(FrameRejects.DeviceTokenSize);
            return;
        }

        await deadline.AskAsync(
            token => devices.BindAsync(session.User, session.Client, request.DeviceToken, token), cancellationToken);

        // The answer that clients know has an empty body, though a field of it is required.
        session.Send(Command.DeviceTokenRsp, header.Sequence, new IMDeviceTokenRsp());
    }

    private async ValueTask SetShieldAsync(
        Session session, FrameHeader header, IMPushShieldReq request, CancellationToken cancellationToken)
    {
        var isOn = request.ShieldStatus != 0;
        var isSet = await deadline.AskAsync(token => devices.SetPushShieldAsync(session.User, isOn, token), cancellationToken);

        var answer = new IMPushShieldRsp { UserId = session.User.Value, ResultCode = isSet ? Ok : Failed };
        if (isSet)
            answer.ShieldStatus = StatusOf(isOn);
        session.Send(Command.PushShieldRsp, header.Sequence, answer);
    }

    private async ValueTask TellShieldAsync(
        Session session, FrameHeader header, IMQueryPushShieldReq request, CancellationToken cancellationToken)
    {
        var found = await deadline.AskAsync(token => devices.GetPushShieldAsync(session.User, token), cancellationToken);

        var answer = new IMQueryPushShieldRsp { UserId = session.User.Value, ResultCode = found is null ? Failed : Ok };
        if (found is { } isOn)
            answer.ShieldStatus = StatusOf(isOn);
        session.Send(Command.QueryPushShieldRsp, header.Sequence, answer);
    }

    private static uint StatusOf(bool isOn) => isOn ? 1u : 0u;
}
