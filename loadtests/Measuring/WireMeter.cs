namespace BrokerIm.LoadTests.Measuring;

/// <summary>Bytes of frames that went out and came in; the headers of TCP and IP are not among them.</summary>
internal sealed class WireMeter
{
    public StripedCounter Sent { get; } = new();

    public StripedCounter Received { get; } = new();
}
