using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BrokerIm.Server.Hosting;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim settings</c>: every key with its default and what it is for, from the same source as the code.</summary>
internal static partial class SettingsCommand
{
    public static Command Create()
    {
        var section = new Argument<string?>("section")
        {
            Description = "Only this section, such as Gateway.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("settings", "Lists every setting with its default and what it does.") { section };
        command.SetAction(arguments => Print(arguments.GetValue(section)));
        return command;
    }

    private static int Print(string? only)
    {
        if (only is not null && !SettingsCheck.Sections.ContainsKey(only))
            throw new SettingsException([$"{only}: no such section; there are {string.Join(", ", SettingsCheck.Sections.Keys)}."]);

        foreach (var (section, options) in SettingsCheck.Sections)
        {
            if (only is not null && !section.Equals(only, StringComparison.OrdinalIgnoreCase))
                continue;

            PrintKeys(section, options);
        }

        return 0;
    }

    private static void PrintKeys(string prefix, Type options)
    {
        var defaults = Activator.CreateInstance(options);
        foreach (var key in options.GetProperties().Where(key => key.CanWrite))
        {
            var group = SettingsCheck.GroupOf(key);
            Console.WriteLine(group is null ? $"{prefix}:{key.Name} = {Text(key.GetValue(defaults))}" : $"{prefix}:{key.Name}");
            Console.WriteLine($"    {Summary(key)}");
            if (group is not null)
                PrintKeys(SettingsCheck.IsList(key) ? $"{prefix}:{key.Name}:0" : $"{prefix}:{key.Name}", group);
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "(none)",
        System.Collections.ICollection { Count: 0 } => "(none)",
        "" => "(empty)",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>The docstring of the option's property; the compiler puts them beside each assembly.</summary>
    private static string Summary(PropertyInfo key)
    {
        var file = Path.ChangeExtension(key.DeclaringType!.Assembly.Location, ".xml");
        if (!File.Exists(file))
            return "";

        var name = $"P:{key.DeclaringType.FullName}.{key.Name}";
        var summary = XDocument.Load(file).Descendants("member")
            .FirstOrDefault(member => member.Attribute("name")?.Value == name)?.Element("summary");
        return summary is null ? "" : Space().Replace(string.Concat(summary.Nodes().Select(Words)), " ").Trim();
    }

    private static string Words(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { HasAttributes: true } reference => reference.Attributes().First().Value.Split('.')[^1],
        XElement element => element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
