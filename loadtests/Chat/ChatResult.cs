using System.Globalization;
using System.Text.Json;
using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Chat;

/// <summary>What a run measured, for people and for programs.</summary>
internal sealed class ChatResult(
    ChatOptions options, ChatMeters meters, Sample before, Sample after, ChatVerdict verdict, int connections)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly double _seconds = (after.At - before.At).TotalSeconds;
    private readonly long _acked = after.Acked - before.Acked;

    /// <summary>What went wrong.</summary>
    public ChatVerdict Verdict { get; } = verdict;

    /// <summary>Prints the result for people, and in the last line for programs.</summary>
    public void Print(TextWriter output)
    {
        var loop = options.Rate is { } rate ? $"open loop at {rate:N0}/s" : "closed loop";
        output.WriteLine();
        output.WriteLine(
            $"{connections} connections, {options.Outstanding} outstanding each, {loop}, {options.MessageBytes} bytes, {_seconds:0.0} s");
        output.WriteLine($"  acked      {_acked / _seconds,10:N0} /s");
        output.WriteLine($"  delivered  {(after.Delivered - before.Delivered) / _seconds,10:N0} /s");
        output.WriteLine(
            $"  generator  {ProcessorPerMessage(),10:0.0} µs of CPU and {AllocatedPerMessage():0} bytes allocated per message");
        Print(output, "send to ack", meters.ToAck);
        Print(output, "send to receiver", meters.ToReceiver);
        if (meters.Retried.Value > 0)
            output.WriteLine($"  sent again after an unknown outcome: {meters.Retried.Value}");
        output.WriteLine(Verdict.IsViolated ? $"  VIOLATED: {Verdict}" : "  nothing lost, doubled, out of order or misnumbered");
        output.WriteLine(JsonSerializer.Serialize(ToReport(), s_json));
    }

    private static void Print(TextWriter output, string what, LatencyHistogram histogram) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {what,-16} p50 {Ms(histogram, 0.5):0.00}  p90 {Ms(histogram, 0.9):0.00}  p99 {Ms(histogram, 0.99):0.00}  "
        + $"p99.9 {Ms(histogram, 0.999):0.00}  max {histogram.MaxNanoseconds / 1e6:0.00} ms"));

    private static double Ms(LatencyHistogram histogram, double share) => histogram.Percentile(share) / 1e6;

    private double ProcessorPerMessage() => (after.Processor - before.Processor).TotalMicroseconds / Math.Max(1, _acked);

    private double AllocatedPerMessage() => (after.Allocated - before.Allocated) / (double)Math.Max(1, _acked);

    private object ToReport() => new
    {
        Scenario = "chat",
        Connections = connections,
        options.Outstanding,
        options.Rate,
        options.MessageBytes,
        Seconds = _seconds,
        AckedPerSecond = _acked / _seconds,
        DeliveredPerSecond = (after.Delivered - before.Delivered) / _seconds,
        GeneratorCpuMicrosecondsPerMessage = ProcessorPerMessage(),
        GeneratorBytesPerMessage = AllocatedPerMessage(),
        ToAckMs = ToReport(meters.ToAck),
        ToReceiverMs = ToReport(meters.ToReceiver),
        Retried = meters.Retried.Value,
        Violated = Verdict.IsViolated,
        Verdict,
    };

    private static object ToReport(LatencyHistogram histogram) => new
    {
        P50 = Ms(histogram, 0.5),
        P90 = Ms(histogram, 0.9),
        P99 = Ms(histogram, 0.99),
        P999 = Ms(histogram, 0.999),
        Max = histogram.MaxNanoseconds / 1e6,
        histogram.Count,
    };
}
