using BrokerIm.Contracts.Wire;
using Google.Protobuf.WellKnownTypes;

namespace BrokerIm.Client;

// The user's own devices and how they are woken (protocol chapter 02 sections 4 to 6).
public sealed partial class ImClient
{
    /// <summary>Ends the user's session on the PC. Servers listen to mobile clients only; others get no answer.</summary>
    /// <exception cref="TimeoutException">Also when this client is none of those.</exception>
    public Task KickPcAsync(CancellationToken cancellationToken) => _connection.RequestAsync(
        Command.KickPCClientReq,
        self => new IMKickPCClientReq { UserId = self },
        Command.KickPCClientRsp,
        IMKickPCClientRsp.Parser,
        cancellationToken);

    /// <summary>The server's clock, to the second.</summary>
    public async Task<DateTimeOffset> GetServerTimeAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.ClientTimeReq, _ => new IMClientTimeReq(), Command.ClientTimeRsp, IMClientTimeRsp.Parser, cancellationToken);
        return DateTimeOffset.FromUnixTimeSeconds(reply.ServerTime);
    }

    /// <summary>Says how to wake this device with a push. Servers listen to mobile clients only; others get no answer.</summary>
    /// <param name="token">Token of the push service; it belongs to one user at a time, and goes with <see cref="LogoutAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Also when this client is none of those.</exception>
    public Task SetDeviceTokenAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);

        // Servers leave the answer's required field out; that it came is all it says.
        return _connection.RequestAsync(
            Command.DeviceTokenReq,
            self => new IMDeviceTokenReq { UserId = self, DeviceToken = token, ClientType = _options.ClientType },
            Command.DeviceTokenRsp,
            Empty.Parser,
            cancellationToken);
    }

    /// <summary>Whether pushes are held back at night, from 22 to 8 o'clock by the server's clock.</summary>
    /// <exception cref="RequestRefusedException">The server does not know.</exception>
    public async Task<bool> GetPushShieldAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.QueryPushShieldReq,
            self => new IMQueryPushShieldReq { UserId = self },
            Command.QueryPushShieldRsp,
            IMQueryPushShieldRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, "tell the push shield");
        return reply.ShieldStatus != 0;
    }

    /// <summary>Holds pushes back at night, or no longer; for all devices of the user.</summary>
    /// <exception cref="RequestRefusedException">The server will not.</exception>
    public async Task SetPushShieldAsync(bool isOn, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.PushShieldReq,
            self => new IMPushShieldReq { UserId = self, ShieldStatus = isOn ? 1u : 0 },
            Command.PushShieldRsp,
            IMPushShieldRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, "set the push shield");
    }
}
