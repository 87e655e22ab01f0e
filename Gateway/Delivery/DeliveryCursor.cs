namespace BrokerIm.Gateway.Delivery;

/// <summary>What has been pushed to one session so far.</summary>
internal sealed class DeliveryCursor;
