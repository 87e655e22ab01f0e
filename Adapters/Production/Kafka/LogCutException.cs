namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// A partition ends before what was read of it already: the topic was created anew, or the broker lost what it had confirmed.
/// </summary>
/// <remarks>
/// Never to be read on: what comes now would stand at positions that were used, and lose against the rows written at those. A new
/// layout epoch begins above all of them.
/// </remarks>
internal sealed class LogCutException(string topic, int partition, long end, long read) : Exception(
    $"Partition {partition} of {topic} ends at {end}, but it was read up to {read}: it was cut or created anew. "
    + "Restore it, or go on with a new log: raise Kafka:Epoch and run brokerim migrate.");
