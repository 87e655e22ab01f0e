using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// How far the answers of each partition are behind, measured on samples: some of the messages that the log has confirmed, and when
/// their acks come back.
/// </summary>
internal sealed class PipelineLag(IOptions<GatewayOptions> options, RecordPublisher publisher, TimeProvider time)
{
    /// <summary>Of what was lost on the way nothing will be heard, and somebody has to try.</summary>
    private const int GiveUpAfter = 6;

    private static readonly TimeSpan s_distance = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_trialDistance = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _busyAfter = options.Value.BusyAfter;
    private readonly Samples[] _partitions = [.. Enumerable.Range(0, publisher.Partitions).Select(static _ => new Samples())];

    /// <summary>
    /// A record is on its way into the log, and this is one of its messages; one record of a partition at a time. Asked before the log
    /// has confirmed it, because on a busy machine the answer may overtake the confirmation.
    /// </summary>
    public void Publishing(int partition, ulong connection, uint sequence)
    {
        var samples = _partitions[partition];
        lock (samples)
        {
            if (samples.Waiting.Count == 0 || time.GetElapsedTime(samples.LastAt) >= s_distance)
                samples.UnderWay = new(connection, sequence);
        }
    }

    /// <summary>The log has the record; from now on an answer is due.</summary>
    public void Published(int partition)
    {
        var samples = _partitions[partition];
        lock (samples)
        {
            if (samples.UnderWay is not { } message)
                return;
            samples.UnderWay = null;
            samples.LastAt = time.GetTimestamp();
            samples.Waiting.Enqueue(new(message, samples.LastAt));
            while (time.GetElapsedTime(samples.Waiting.Peek().At) >= _busyAfter * GiveUpAfter)
                samples.Waiting.Dequeue();
        }
    }

    /// <summary>Nobody knows whether the log has the record, so no answer is due.</summary>
    public void GivenUp(int partition)
    {
        var samples = _partitions[partition];
        lock (samples)
            samples.UnderWay = null;
    }

    /// <summary>An answer has come; whatever was published before it is answered or lost.</summary>
    public void Answered(uint partition, ulong connection, uint sequence)
    {
        if (partition >= _partitions.Length)
            return;
        var message = new Message(connection, sequence);
        var samples = _partitions[partition];
        lock (samples)
        {
            if (samples.UnderWay == message)
            {
                samples.UnderWay = null;
                samples.Waiting.Clear();
            }
            else if (Holds(samples.Waiting, message))
            {
                while (samples.Waiting.Dequeue().Message != message)
                {
                    // An earlier one.
                }
            }
        }
    }

    /// <summary>Whether answers of the partition are later than <see cref="GatewayOptions.BusyAfter"/>.</summary>
    public bool IsLate(int partition)
    {
        if (_busyAfter == TimeSpan.Zero)
            return false;
        var samples = _partitions[partition];
        lock (samples)
        {
            return samples.Waiting.TryPeek(out var oldest)
                && time.GetElapsedTime(oldest.At) is var age && age > _busyAfter && age < _busyAfter * GiveUpAfter;
        }
    }

    /// <summary>
    /// Whether a message may go in although answers are late: one a second may. A lost answer looks like a late one, and without a new
    /// message nobody would find out that the rest come in time.
    /// </summary>
    public bool MayTry(int partition)
    {
        var samples = _partitions[partition];
        lock (samples)
        {
            if (samples.TriedAt is { } triedAt && time.GetElapsedTime(triedAt) < s_trialDistance)
                return false;
            samples.TriedAt = time.GetTimestamp();
            return true;
        }
    }

    // Asked for each ack, so nothing is allocated here.
    private static bool Holds(Queue<Sample> waiting, Message message)
    {
        foreach (var sample in waiting)
        {
            if (sample.Message == message)
                return true;
        }

        return false;
    }

    private readonly record struct Message(ulong Connection, uint Sequence);

    private readonly record struct Sample(Message Message, long At);

    private sealed class Samples
    {
        public Message? UnderWay { get; set; }

        public Queue<Sample> Waiting { get; } = [];

        public long LastAt { get; set; }

        public long? TriedAt { get; set; }
    }
}
