using System.Reflection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Tests.House;

/// <summary>An event id says which message it is and which project speaks.</summary>
public sealed class LogEventTests
{
    private static readonly (string Assembly, int Thousand)[] s_thousands =
    [
        ("BrokerIm.Core", 1), ("BrokerIm.Gateway", 2), ("BrokerIm.Workers.Persist", 3), ("BrokerIm.Workers.Deliver", 4),
        ("BrokerIm.Adapters.Bus", 7), ("BrokerIm.Adapters.Embedded", 7), ("BrokerIm.Adapters.Production", 7), ("brokerim", 8),
        ("BrokerIm.Cql", 9),
    ];

    [Fact]
    public void Event_ids_are_unique_and_in_their_projects_thousand()
    {
        var seen = new Dictionary<int, string>();
        foreach (var (assembly, thousand) in s_thousands)
        {
            var messages = Assembly.Load(assembly).GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                .Select(method => (method, message: method.GetCustomAttribute<LoggerMessageAttribute>()))
                .Where(found => found.message is not null)
                .ToList();
            Assert.NotEmpty(messages);
            Assert.All(messages, found =>
            {
                Assert.Equal(thousand, found.message!.EventId / 1000);
                Assert.True(seen.TryAdd(found.message.EventId, found.method.Name), $"{found.message.EventId} is used twice.");
            });
        }
    }
}
