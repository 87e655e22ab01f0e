using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Tests.Support;

/// <summary>Keeps the names of the events that were logged, in their order.</summary>
/// <typeparam name="T">Who logs.</typeparam>
internal sealed class EventLogger<T> : ILogger<T>
{
    private readonly ConcurrentQueue<string?> _events = [];

    public IReadOnlyList<string?> Events => [.. _events];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue(eventId.Name);
}
