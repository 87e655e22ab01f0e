using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Tests.Support;

/// <summary>The writing end of an inbound log, in memory.</summary>
internal sealed class InMemoryLog(int partitions = 1) : ILogWriter<InboundRecord>
{
    private readonly Channel<LogAttempt> _attempts = Channel.CreateUnbounded<LogAttempt>();
    private volatile TaskCompletionSource? _hold;

    /// <summary>While set, no record is confirmed.</summary>
    public bool IsDown { get; set; }

    public int PartitionCount => partitions;

    /// <summary>Keeps appends from now on waiting until the returned source is completed.</summary>
    public TaskCompletionSource Hold() => _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The next attempt to append, successful or not.</summary>
    public async Task<LogAttempt> NextAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        return await _attempts.Reader.ReadAsync(deadline.Token);
    }

    /// <summary>Entries of the next records, until there are as many as asked for.</summary>
    public async Task<List<InboundEntry>> NextEntriesAsync(int count)
    {
        var entries = new List<InboundEntry>();
        while (entries.Count < count)
            entries.AddRange((await NextAsync()).Record.Entries);
        return entries;
    }

    /// <summary>The next attempt with an entry of this sequence in it.</summary>
    public async Task<LogAttempt> NextWithAsync(uint sequence)
    {
        while (true)
        {
            var attempt = await NextAsync();
            if (attempt.Record.Entries.Any(entry => entry.Sequence == sequence))
                return attempt;
        }
    }

    /// <summary>Whether there was an attempt that nobody has looked at.</summary>
    public bool HasMore => _attempts.Reader.Count > 0;

    public async ValueTask AppendAsync(int partition, InboundRecord record, CancellationToken cancellationToken)
    {
        _attempts.Writer.TryWrite(new(partition, record.Clone(), record.ToByteArray()));
        if (_hold is { } hold)
            await hold.Task.WaitAsync(cancellationToken);
        if (IsDown)
            throw new DependencyUnavailableException("The log is down.");
    }
}

/// <summary>One attempt to append.</summary>
internal sealed record LogAttempt(int Partition, InboundRecord Record, byte[] Bytes);
