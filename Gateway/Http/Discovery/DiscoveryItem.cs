namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>A bookmark of the clients' discovery tab (protocol chapter 02 section 1.3), from <c>Gateway:DiscoveryItems</c>.</summary>
public sealed class DiscoveryItem
{
    /// <summary>Text of the bookmark.</summary>
    public string Name { get; set; } = "";

    /// <summary>Page that it opens.</summary>
    public string Url { get; set; } = "";

    /// <summary>Number by which clients sort.</summary>
    public int Priority { get; set; }
}
