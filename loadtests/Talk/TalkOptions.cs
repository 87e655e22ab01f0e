using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Talk;

/// <summary>How the users of a scenario talk.</summary>
/// <param name="Load">Closed or open loop.</param>
/// <param name="Window">Messages of one connection that may be without an ack; in an open loop further ones wait and are late.</param>
/// <param name="MessageBytes">Size of the message data.</param>
/// <param name="HasIds">Whether the server numbers messages.</param>
internal sealed record TalkOptions(LoadSimulation Load, int Window, int MessageBytes, bool HasIds = true)
{
    /// <summary>From the two options that commands have for it.</summary>
    public static TalkOptions Of(double? rate, TimeSpan ramp, int window, int messageBytes, bool hasIds = true) => new(
        (rate, ramp) switch
        {
            (null, _) => new LoadSimulation.ClosedLoop(window),
            ({ } fixedRate, { Ticks: 0 }) => new LoadSimulation.Inject(fixedRate),
            ({ } top, _) => new LoadSimulation.Ramp(0, top, ramp),
        },
        window,
        messageBytes,
        hasIds);
}
