using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace BrokerIm.Tests.Unit.Server;

/// <summary>Wrong settings stop the start, all of them at once, each named with what is allowed.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Every_mistake_is_reported_at_once()
    {
        var problems = Problems(
            ("Gateway:Prot", "8000"), ("Gateway:Port", "eight"), ("Kafca:BootstrapServers", "x"), ("Kafka:Compatibility", "Kafka01"));

        Assert.Equal(4, problems.Count);
        Assert.Contains(problems, problem => problem.StartsWith("Gateway:Prot: no such key", StringComparison.Ordinal) && problem.Contains("Port", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Gateway:Port = 'eight'", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Kafca: no such section", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("Kafka09", StringComparison.Ordinal));
    }

    [Fact]
    public void Values_out_of_bounds_are_reported_with_key_and_value_from_every_section()
    {
        var problems = Problems(
            ("Gateway:MessagesPerSecond", "-3"), ("Deliver:WatermarkInterval", "00:01:00"), ("Gateway:PresenceRenewal", "00:00:50"));

        Assert.Contains(problems, problem => problem.StartsWith("Gateway:MessagesPerSecond = '-3'", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Deliver:WatermarkInterval = '00:01:00'", StringComparison.Ordinal));
        Assert.Contains(Problems(("Gateway:PresenceRenewal", "00:00:50")), problem => problem.StartsWith("Gateway:PresenceRenewal", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_within_keys_are_looked_at_too()
    {
        var problems = Problems(
            ("Gateway:Certificate:Pth", "server.pem"), ("Gateway:DiscoveryItems:0:Priority", "high"), ("Gateway:DiscoveryItems:0:Nmae", "Wiki"),
            ("Gateway:Certificate", "server.pem"));

        Assert.Contains(problems, problem => problem.StartsWith("Gateway:Certificate:Pth: no such key", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Gateway:DiscoveryItems:0:Priority = 'high': not a whole number", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Gateway:DiscoveryItems:0:Nmae: no such key", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("Gateway:Certificate = 'server.pem'", StringComparison.Ordinal));
        Assert.Equal(4, problems.Count);
    }

    [Theory]
    [InlineData("acks", "1")]
    [InlineData("request.required.acks", "0")]
    [InlineData("Enable.Auto.Offset.Store", "true")]
    public void What_the_guarantees_rest_on_cannot_be_set(string key, string value)
    {
        var problem = Assert.Single(Problems(($"Kafka:Client:{key}", value), ("Kafka:Client:security.protocol", "ssl")));

        Assert.StartsWith($"Kafka:Client:{key} = '{value}'", problem, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Right_settings_have_no_problems() =>
        Assert.Empty(Problems(("Gateway:Port", "8001"), ("gateway:kickgrace", "00:00:05"), ("Gateway:DiscoveryItems:0:Name", "Wiki"),
            ("Gateway:DiscoveryItems:0:Url", "https://wiki.example/"), ("Gateway:Certificate:Path", "server.pem"), ("Logging:LogLevel:Default", "Debug")));

    [Theory]
    [InlineData("NoEquals")]
    [InlineData("=value")]
    public void An_override_that_is_no_setting_is_refused(string text) =>
        Assert.Throws<SettingsException>(() => Settings.From(null, null, [text]));

    [Fact]
    public void The_command_line_goes_over_the_file_and_the_data_folder_is_a_setting()
    {
        var file = new FileInfo(Path.Combine(Path.GetTempPath(), $"brokerim-{Guid.NewGuid():n}.json"));
        File.WriteAllText(file.FullName, """{ "Gateway": { "Port": 1, "Id": "from-file" } }""");
        try
        {
            var settings = Settings.From(file, "/somewhere", ["Gateway:Port=2"]);
            Assert.Equal(("2", "from-file", "/somewhere"), (settings["Gateway:Port"], settings["Gateway:Id"], settings["Embedded:DataDirectory"]));
        }
        finally
        {
            file.Delete();
        }
    }

    [Fact]
    public void A_missing_or_broken_file_is_named()
    {
        var missing = new FileInfo(Path.Combine(Path.GetTempPath(), $"brokerim-{Guid.NewGuid():n}.json"));
        Assert.Contains(missing.FullName, Assert.Throws<SettingsException>(() => Settings.From(missing, null, [])).Message, StringComparison.Ordinal);
    }

    private static List<string> Problems(params (string Key, string Value)[] settings) => [.. SettingsCheck.Problems(
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build())];
}
