using BrokerIm.Faults.Checking.Rules;
using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>Judges a recorded run by all rules.</summary>
internal static class Checker
{
    private static readonly Func<RecordedRun, IEnumerable<Violation>>[] s_historyRules =
    [
        StorageRules.Durable,
        StorageRules.Once,
        OrderRules.Dense,
        StorageRules.Agreed,
        OrderRules.InSendingOrder,
        OrderRules.InRealTimeOrder,
        StorageRules.Honest,
        ReadMarkRules.MarksRise,
        ReadMarkRules.UnreadExact,
        DeliveryRules.PushedInOrder,
        DeliveryRules.Delivered,
        DeliveryRules.MembersOnly,
    ];

    /// <summary>Judges what a run recorded.</summary>
    /// <param name="events">Events of all devices, in the order of time.</param>
    /// <param name="measurements">What was measured beside them.</param>
    public static Verdict Judge(IReadOnlyList<HistoryEvent> events, Measurements measurements)
    {
        var run = new RecordedRun(events, measurements);
        return new(
            [.. s_historyRules.SelectMany(rule => rule(run)), .. MeasurementRules.Judge(measurements)],
            [.. MeasurementRules.NotMeasured(measurements)]);
    }

    /// <summary>Judges the histories in a folder.</summary>
    /// <exception cref="InvalidDataException">They are no histories, or there are none.</exception>
    public static async Task<Verdict> JudgeFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var events = await HistoryFile.ReadFolderAsync(folder, cancellationToken);
        if (events.Count == 0)
            throw new InvalidDataException($"There are no histories in {folder}.");
        return Judge(events, await Measurements.ReadAsync(folder, cancellationToken));
    }
}
