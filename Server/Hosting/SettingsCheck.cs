using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Adapters.Production.RabbitMq;
using BrokerIm.Adapters.Production.Redis;
using BrokerIm.Gateway;
using BrokerIm.Workers.Deliver;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Configuration;

namespace BrokerIm.Server.Hosting;

/// <summary>
/// Finds settings that no part of the server reads, and values that are not of their key's type. A misspelt key would otherwise
/// leave its default in force in silence.
/// </summary>
internal static class SettingsCheck
{
    /// <summary>Every section of ours, with the options it is bound to.</summary>
    public static IReadOnlyDictionary<string, Type> Sections { get; } = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
    {
        ["Admin"] = typeof(AdminOptions),
        ["Gateway"] = typeof(GatewayOptions),
        ["Persist"] = typeof(PersistOptions),
        ["Deliver"] = typeof(DeliverOptions),
        ["Kafka"] = typeof(KafkaOptions),
        ["Cassandra"] = typeof(CassandraOptions),
        ["RabbitMq"] = typeof(RabbitMqOptions),
        ["Redis"] = typeof(RedisOptions),
        ["Embedded"] = typeof(EmbeddedOptions),
    };

    /// <summary>Sections that the platform reads; their keys are its own.</summary>
    private static readonly string[] s_platform = ["Logging", "Kestrel", "AllowedHosts"];

    /// <summary>Environment variables with our prefix that the command line, the scripts and the tests read.</summary>
    private static readonly string[] s_notSettings = ["PASSWORD", "TEST_", "LOCAL_", "UPDATE_"];

    /// <summary>All problems at once.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration)
    {
        foreach (var section in configuration.GetChildren())
        {
            if (s_platform.Contains(section.Key, StringComparer.OrdinalIgnoreCase)
                || s_notSettings.Any(prefix => section.Key.StartsWith(prefix, StringComparison.Ordinal)))
                continue;

            if (!Sections.TryGetValue(section.Key, out var options))
            {
                yield return $"{section.Key}: no such section; there are {string.Join(", ", Sections.Keys)}.";
                continue;
            }

            // Values can be bound, and judged together, only once each is of its key's type.
            string[] problems = [.. section.GetChildren().SelectMany(setting => ProblemsOf(setting, options))];
            foreach (var problem in problems.Length > 0 ? problems : Violations(section, options))
                yield return problem;
        }
    }

    private static IEnumerable<string> Violations(IConfigurationSection section, Type options)
    {
        var bound = section.Get(options) ?? Activator.CreateInstance(options)!;
        var violations = new List<ValidationResult>();
        Validator.TryValidateObject(bound, new(bound), violations, validateAllProperties: true);
        foreach (var violation in violations)
        {
            // Rules over several keys say themselves which, and what they are.
            var message = violation.ErrorMessage ?? "";
            var key = violation.MemberNames.FirstOrDefault();
            yield return key is null || message.StartsWith($"{section.Key}:", StringComparison.OrdinalIgnoreCase)
                ? message
                : $"{section.Key}:{key} = '{options.GetProperty(key)?.GetValue(bound)}': {message}";
        }
    }

    /// <summary>The class whose properties are the keys below a key: the key's own type, or that of each of its list; else null.</summary>
    public static Type? GroupOf(PropertyInfo key)
    {
        var type = key.PropertyType.IsGenericType && key.PropertyType.GetGenericTypeDefinition() == typeof(IList<>)
            ? key.PropertyType.GetGenericArguments()[0]
            : key.PropertyType;
        return type.IsClass && type != typeof(string) && !type.IsAssignableTo(typeof(IEnumerable)) ? type : null;
    }

    /// <summary>Whether the keys below a key come once for each of a list.</summary>
    public static bool IsList(PropertyInfo key) => GroupOf(key) is { } group && group != key.PropertyType;

    private static IEnumerable<string> ProblemsOf(IConfigurationSection setting, Type options)
    {
        var property = options.GetProperty(
            setting.Key, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase);
        if (property is not { CanWrite: true })
            return [$"{setting.Path}: no such key; the section has {KeysOf(options)}."];
        if (GroupOf(property) is not { } group)
            return ProblemOf(setting, property) is { } problem ? [problem] : [];

        var groups = IsList(property) ? setting.GetChildren() : [setting];
        var problems = groups.SelectMany(one => one.GetChildren()).SelectMany(inner => ProblemsOf(inner, group));
        return setting.Value is { Length: > 0 } value
            ? problems.Prepend($"{setting.Path} = '{value}': has no value itself, but the keys {KeysOf(group)} below it.")
            : problems;
    }

    private static string KeysOf(Type options) =>
        string.Join(", ", options.GetProperties().Where(known => known.CanWrite).Select(known => known.Name).Order());

    private static string? ProblemOf(IConfigurationSection setting, PropertyInfo property)
    {
        if (setting.Value is not { } value)
            return null;

        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException)
        {
            var allowed = type switch
            {
                { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
                _ when type == typeof(TimeSpan) => "a time such as 00:00:05",
                _ when type == typeof(bool) => "true or false",
                _ => "a whole number",
            };
            return $"{setting.Path} = '{value}': not {allowed}.";
        }
    }
}
