using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>A run as the rules look at it.</summary>
internal sealed class RecordedRun(IReadOnlyList<HistoryEvent> events, Measurements measurements)
{
    private readonly Dictionary<string, uint> _users = events.OfType<Connected>()
        .DistinctBy(static connected => connected.Device)
        .ToDictionary(static connected => connected.Device, static connected => connected.User);

    /// <summary>Events of all devices, in the order of time.</summary>
    public IReadOnlyList<HistoryEvent> Events { get; } = events;

    /// <summary>What was measured beside them.</summary>
    public Measurements Measurements { get; } = measurements;

    /// <summary>What was sent.</summary>
    public SentMessages Sent { get; } = new(events);

    /// <summary>What is there in the end.</summary>
    public FinalHistory Final { get; } = new(events);

    /// <summary>Who was where.</summary>
    public Memberships Members { get; } = new(events);

    /// <summary>Devices that ever connected.</summary>
    public IEnumerable<string> Devices => _users.Keys;

    /// <summary>Whose device it is; 0 for one that never connected.</summary>
    public uint UserOf(string device) => _users.GetValueOrDefault(device);

    /// <summary>When a phase began; null when it did not.</summary>
    public long? BeginOf(Phase phase) =>
        Events.OfType<PhaseBegan>().FirstOrDefault(began => began.Phase == phase)?.At;
}
