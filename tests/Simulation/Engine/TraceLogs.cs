using Microsoft.Extensions.Logging;

namespace BrokerIm.Simulation.Engine;

/// <summary>What a process logs, for whoever reads the history; it is no part of its number.</summary>
internal sealed class TraceLogs(Node node, Scheduler scheduler) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(node, scheduler);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Logs go to the history alone.");

    public void Dispose()
    {
        // Holds nothing.
    }

    private sealed class Logger(Node node, Scheduler scheduler) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => scheduler.Trace.IsRead;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (scheduler.Trace.IsRead)
                scheduler.Trace.Remark(scheduler.Now, node.Name, $"says: {formatter(state, exception)} {exception?.Message}");
        }
    }
}
