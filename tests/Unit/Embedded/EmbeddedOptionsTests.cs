using BrokerIm.Adapters.Embedded;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class EmbeddedOptionsTests
{
    private static readonly EmbeddedOptionsValidator s_validator = new();

    public static TheoryData<string, string, Action<EmbeddedOptions>> Mistakes => new()
    {
        { "Embedded:DataDirectory", "''", options => options.DataDirectory = "" },
        { "Embedded:File", "'a/b.db'", options => options.File = "a/b.db" },
        { "Embedded:File", "' '", options => options.File = " " },
        { "Embedded:BusyTimeout", "'00:00:00'", options => options.BusyTimeout = TimeSpan.Zero },
        { "Embedded:ReadConnections", "'0'", options => options.ReadConnections = 0 },
        { "Embedded:WriteQueue", "'0'", options => options.WriteQueue = 0 },
        { "Embedded:CheckpointPages", "'99'", options => options.CheckpointPages = 99 },
        { "Embedded:WriteCacheBytes", "'1'", options => options.WriteCacheBytes = 1 },
        { "Embedded:MemoryMapBytes", "'-1'", options => options.MemoryMapBytes = -1 },
        { "Embedded:InboundEntries", "'4095'", options => options.InboundEntries = 4_095 },
        { "Embedded:InboundBytes", "'0'", options => options.InboundBytes = 0 },
        { "Embedded:OutboundRecords", "'0'", options => options.OutboundRecords = 0 },
        { "Embedded:OutboundBytes", "'0'", options => options.OutboundBytes = 0 },
    };

    [Fact]
    public void Defaults_are_valid() => Assert.True(s_validator.Validate(null, new()).Succeeded);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_is_named_with_its_key_its_value_and_what_is_allowed(
        string key, string value, Action<EmbeddedOptions> mistake)
    {
        var options = new EmbeddedOptions();
        mistake(options);
        var failure = Assert.Single(s_validator.Validate(null, options).Failures!);
        Assert.Contains($"{key} is {value}; allowed is ", failure, StringComparison.Ordinal);
    }
}
