using System.Net.WebSockets;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Http.WebSockets;

/// <summary>What a WebSocket client is told when its session ends (RFC 6455 section 7.4.1).</summary>
internal static class CloseCodes
{
    public static WebSocketCloseStatus Of(CloseReason? reason) => reason switch
    {
        CloseReason.PeerClosed or CloseReason.LoggedOut or CloseReason.SentElsewhere => WebSocketCloseStatus.NormalClosure,
        CloseReason.Draining => WebSocketCloseStatus.EndpointUnavailable,
        CloseReason.MalformedFrame => WebSocketCloseStatus.ProtocolError,
        CloseReason.FrameTooLarge => WebSocketCloseStatus.MessageTooBig,
        CloseReason.Failed or null => WebSocketCloseStatus.InternalServerError,
        _ => WebSocketCloseStatus.PolicyViolation,
    };
}
