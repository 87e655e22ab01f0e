using System.Text.RegularExpressions;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Serialization;
using Settings = BrokerIm.Server.Hosting.Settings;

namespace BrokerIm.Tests.House;

/// <summary>The compose file is for operators with Docker, which this project's tests run without; so it is checked by reading.</summary>
public sealed partial class ComposeTests
{
    private const string Migration = "migrate";
    private static readonly string[] s_roles = ["gateway", "persist", "deliver"];

    [Fact]
    public void Every_setting_of_every_process_exists_and_has_a_value_of_its_type()
    {
        foreach (var process in s_roles.Append(Migration))
        {
            var settings = Environment(Service(process))
                .Where(variable => variable.Key.StartsWith(Settings.EnvironmentPrefix, StringComparison.Ordinal))
                .ToDictionary(
                    variable => variable.Key[Settings.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
                    variable => (string?)Default().Replace(variable.Value, "$1"));
            Assert.NotEmpty(settings);

            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            Assert.Empty(SettingsCheck.Problems(configuration));
        }
    }

    [Fact]
    public void There_is_one_service_per_role_and_each_runs_its_role() =>
        Assert.All(s_roles, role => Assert.Contains(role, Text(Service(role)["command"]), StringComparison.Ordinal));

    [Fact]
    public void Roles_start_once_the_migration_has_ended_well()
    {
        Assert.Equal(Migration, Text(Service(Migration)["command"]));
        Assert.All(s_roles, role =>
        {
            var dependencies = (Dictionary<object, object>)Service(role)["depends_on"];
            var migration = Assert.IsType<Dictionary<object, object>>(dependencies[Migration]);
            Assert.Equal("service_completed_successfully", migration["condition"]);
        });
    }

    [Fact]
    public void Every_service_that_is_waited_for_exists()
    {
        var services = Services();
        foreach (var service in services.Values.Cast<Dictionary<object, object>>())
        {
            if (!service.TryGetValue("depends_on", out var dependencies))
                continue;

            var names = dependencies is Dictionary<object, object> map ? map.Keys : (IEnumerable<object>)dependencies;
            Assert.All(names, name => Assert.Contains(name, services.Keys));
        }
    }

    // What stands for a variable of the operator's when it is not set.
    [GeneratedRegex(@"\$\{[A-Z_]+:-([^}]*)\}")]
    private static partial Regex Default();

    private static Dictionary<object, object> Services()
    {
        var yaml = File.ReadAllText(Path.Combine(Repository.Root, "infra", "docker-compose.yml"));

        // Merge keys (<<) carry what the roles have in common.
        var parser = new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(yaml)));
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(parser);
        return (Dictionary<object, object>)root["services"];
    }

    private static Dictionary<object, object> Service(string name) => (Dictionary<object, object>)Services()[name];

    private static IEnumerable<KeyValuePair<string, string>> Environment(Dictionary<object, object> service) =>
        service["environment"] is Dictionary<object, object> map
            ? map.Select(variable => KeyValuePair.Create(Text(variable.Key), Text(variable.Value)))
            : ((IEnumerable<object>)service["environment"]).Select(Text).Select(
                line => KeyValuePair.Create(line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..]));

    private static string Text(object? value) => value switch
    {
        null => "",
        IEnumerable<object> list => string.Join(' ', list),
        _ => value.ToString() ?? "",
    };
}
