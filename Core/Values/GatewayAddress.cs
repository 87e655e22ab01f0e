namespace BrokerIm.Core.Values;

/// <summary>
/// One run of one gateway. A restarted gateway has the same id and another incarnation, so nothing meant for the dead process
/// reaches the new one.
/// </summary>
/// <param name="Id">Configured name, unique in the cluster.</param>
/// <param name="Incarnation">Of a later start a larger one; never 0.</param>
public readonly record struct GatewayAddress(string Id, ulong Incarnation)
{
    /// <summary>Routing key on the delivery bus and suffix of the gateway's queue.</summary>
    public override string ToString() => $"{Id}.{Incarnation:x16}";
}
