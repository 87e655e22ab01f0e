using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>What one process cost.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="ProcessorShare">Processors it kept busy on average.</param>
/// <param name="Microseconds">Processor time per thing done.</param>
/// <param name="OwnBytesAtStart">Memory before anybody was connected.</param>
/// <param name="OwnBytes">Memory at the end.</param>
internal sealed record ProcessReport(
    int Pid, string Name, double ProcessorShare, double Microseconds, long OwnBytesAtStart, long OwnBytes)
{
    public static ProcessReport Of(
        WatchedProcess process, ProcessSample? start, ProcessSample? before, ProcessSample? after, double seconds, long done)
    {
        if (before is not { } first || after is not { } last)
            return new(process.Pid, $"{process.Name} (ended)", 0, 0, start?.OwnBytes ?? 0, 0);

        var used = last.Processor - first.Processor;
        return new(
            process.Pid, process.Name, used.TotalSeconds / seconds, used.TotalMicroseconds / done,
            start?.OwnBytes ?? 0, last.OwnBytes);
    }
}

/// <summary>What the generator did to itself and to the wire.</summary>
/// <param name="BytesPerItem">Bytes allocated per thing done.</param>
/// <param name="Collections">Garbage collections by generation.</param>
/// <param name="CollectionPauseMs">Time they stood in the way, in milliseconds.</param>
/// <param name="SentPerSecond">Bytes of frames sent per second.</param>
/// <param name="ReceivedPerSecond">Bytes of frames received per second.</param>
internal sealed record GeneratorReport(
    double BytesPerItem, IReadOnlyList<int> Collections, double CollectionPauseMs, double SentPerSecond, double ReceivedPerSecond)
{
    public static GeneratorReport Of(Moment before, Moment after, long done)
    {
        var seconds = after.SecondsSince(before);
        return new(
            (after.AllocatedBytes - before.AllocatedBytes) / (double)done,
            [.. after.Collections.Zip(before.Collections, static (last, first) => last - first)],
            (after.CollectionPauses - before.CollectionPauses).TotalMilliseconds,
            (after.SentBytes - before.SentBytes) / seconds,
            (after.ReceivedBytes - before.ReceivedBytes) / seconds);
    }
}
