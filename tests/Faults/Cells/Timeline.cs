using BrokerIm.Faults.Checking;
using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Cells;

/// <summary>How long things took in a recorded run.</summary>
internal sealed class Timeline(IReadOnlyList<HistoryEvent> events)
{
    private const double MicrosecondsPerSecond = 1e6;
    private const long WindowMicroseconds = 3_000_000;

    private readonly SentMessages _sent = new(events);

    private readonly List<long> _acks =
    [
        .. events.OfType<SendAcked>().DistinctBy(static ack => ack.Cid).Select(static ack => ack.At),
    ];

    /// <summary>When the fault began and was over, in seconds of the run.</summary>
    public (double From, double To) FaultSeconds => (BeginOf(Phase.Fault) / MicrosecondsPerSecond, BeginOf(Phase.Healed) / MicrosecondsPerSecond);

    /// <summary>Messages without an outcome in the end.</summary>
    public int Unknown => _sent.All.Count(static sending => sending is { Acks: [], Failures: [] });

    /// <summary>Longest time from sending a message to its first acknowledgement.</summary>
    public TimeSpan LongestStall => _sent.All.Where(static sending => sending.Acks.Count > 0)
        .Select(static sending => TimeSpan.FromMicroseconds(sending.Acks[0].At - sending.First.At)).DefaultIfEmpty().Max();

    /// <summary>Longest time between two acknowledgements from the first to the end of talking.</summary>
    public TimeSpan LongestSilence => _acks.Zip(_acks.Skip(1), static (before, after) => TimeSpan.FromMicroseconds(after - before))
        .DefaultIfEmpty().Max();

    /// <summary>Acknowledgements per second before the fault, and in the best seconds after it.</summary>
    public Throughput Throughput
    {
        get
        {
            var (warm, fault, healed) = (BeginOf(Phase.Warm), BeginOf(Phase.Fault), BeginOf(Phase.Healed));
            var after = _acks.Where(at => at >= healed).ToList();
            var best = after.Select(from => after.Count(at => at >= from && at < from + WindowMicroseconds)).DefaultIfEmpty().Max();
            return new(
                _acks.Count(at => at >= warm && at < fault) / ((fault - warm) / MicrosecondsPerSecond),
                best / (WindowMicroseconds / MicrosecondsPerSecond));
        }
    }

    private long BeginOf(Phase phase) => events.OfType<PhaseBegan>().First(began => began.Phase == phase).At;
}
