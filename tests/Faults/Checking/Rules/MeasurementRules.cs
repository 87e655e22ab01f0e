namespace BrokerIm.Faults.Checking.Rules;

/// <summary>C13 to C17: what histories cannot show and a run measures from outside.</summary>
internal static class MeasurementRules
{
    private const double Tolerance = 1.1;

    // A collector that has not run yet, a pool that has grown once, a connection that is being replaced.
    private const long SlackBytes = 64 * 1024 * 1024;
    private const int SlackThings = 20;

    private const double ThroughputShare = 0.9;

    public static IEnumerable<Violation> Judge(Measurements measured) =>
    [
        .. (measured.Processes ?? []).SelectMany(Leaks),
        .. DeadLetters(measured.PutAside),
        .. (measured.MissingFromStore ?? []).Select(static found => new Violation(Rule.NotCommittedEarly, found, [])),
        .. Recovery(measured.Throughput),
        .. (measured.SecretsInLogs ?? []).Select(static found => new Violation(Rule.NothingSecretLogged, found, [])),
    ];

    public static IEnumerable<Rule> NotMeasured(Measurements measured)
    {
        if (measured.Processes is null)
            yield return Rule.NoLeaks;
        if (measured.PutAside is null)
            yield return Rule.NoDeadLetters;
        if (measured.MissingFromStore is null)
            yield return Rule.NotCommittedEarly;
        if (measured.Throughput is null)
            yield return Rule.Recovered;
        if (measured.SecretsInLogs is null)
            yield return Rule.NothingSecretLogged;
    }

    private static IEnumerable<Violation> Leaks(ProcessGrowth process)
    {
        var (before, after) = (process.Before, process.After);
        if (after.OwnBytes > (before.OwnBytes * Tolerance) + SlackBytes)
            yield return Leak("bytes", before.OwnBytes, after.OwnBytes);
        if (after.Handles > (before.Handles * Tolerance) + SlackThings)
            yield return Leak("handles", before.Handles, after.Handles);
        if (after.Threads > (before.Threads * Tolerance) + SlackThings)
            yield return Leak("threads", before.Threads, after.Threads);

        Violation Leak(string what, long had, long has) =>
            new(Rule.NoLeaks, $"{process.Process} had {had} {what} and has {has}.", []);
    }

    private static IEnumerable<Violation> DeadLetters(PutAside? records) => records is not null && records.Seen != records.Injected
        ? [new(Rule.NoDeadLetters, $"{records.Seen} records were put aside; {records.Injected} were broken on purpose.", [])]
        : [];

    private static IEnumerable<Violation> Recovery(Throughput? throughput) =>
        throughput is not null && throughput.After < throughput.Before * ThroughputShare
            ? [new(Rule.Recovered, $"{throughput.Before:0.0} messages/s before the fault, {throughput.After:0.0} after it.", [])]
            : [];
}
