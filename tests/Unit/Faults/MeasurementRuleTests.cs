using BrokerIm.Faults.Checking;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>What is measured beside the histories is judged as well.</summary>
public sealed class MeasurementRuleTests
{
    private const long MiB = 1024 * 1024;

    private static readonly Measurements s_good = new()
    {
        Processes = [new("persist-1", new(200 * MiB, 100, 30), new(210 * MiB, 105, 31))],
        PutAside = new(Seen: 2, Injected: 2),
        MissingFromStore = [],
        Throughput = new(Before: 60, After: 59),
        SecretsInLogs = [],
    };

    [Fact]
    public void Good_measurements_pass()
    {
        Assert.Empty(BrokenBy(s_good));
        Assert.Empty(Checker.Judge([], s_good).NotMeasured);
    }

    [Fact]
    public void Memory_that_stays_is_a_leak() =>
        Assert.Equal(["C13"], BrokenBy(s_good with { Processes = [new("gateway-1", new(200 * MiB, 100, 30), new(400 * MiB, 100, 30))] }));

    [Fact]
    public void Sockets_that_stay_are_a_leak() =>
        Assert.Equal(["C13"], BrokenBy(s_good with { Processes = [new("gateway-1", new(200 * MiB, 100, 30), new(200 * MiB, 200, 30))] }));

    [Fact]
    public void A_record_skipped_on_a_timeout_is_a_dead_letter_too_many() =>
        Assert.Equal(["C14"], BrokenBy(s_good with { PutAside = new(Seen: 3, Injected: 2) }));

    [Fact]
    public void A_poisoned_record_that_vanishes_is_one_too_few() =>
        Assert.Equal(["C14"], BrokenBy(s_good with { PutAside = new(Seen: 1, Injected: 2) }));

    [Fact]
    public void A_commit_before_the_write_is_caught() =>
        Assert.Equal(["C15"], BrokenBy(s_good with { MissingFromStore = ["partition 3: message 17 of pair 1-2 is missing"] }));

    [Fact]
    public void Throughput_that_does_not_come_back_is_caught() =>
        Assert.Equal(["C16"], BrokenBy(s_good with { Throughput = new(Before: 60, After: 53) }));

    [Fact]
    public void A_password_in_a_log_is_caught() =>
        Assert.Equal(["C17"], BrokenBy(s_good with { SecretsInLogs = ["gateway-1.log: a password"] }));

    [Fact]
    public void What_was_not_measured_is_said_to_be_so()
    {
        var verdict = Checker.Judge([], new());
        Assert.True(verdict.Holds);
        Assert.Equal(["C13", "C14", "C15", "C16", "C17"], verdict.NotMeasured.Select(static rule => rule.Name));
        Assert.Equal("not measured", verdict.Of(Rule.NotCommittedEarly));
    }

    private static IEnumerable<string> BrokenBy(Measurements measured) =>
        Checker.Judge([], measured).Violations.Select(static violation => violation.Rule.Name);
}
