using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>The way through Persist: from inbound records to a finished unit, with a store that is empty and keeps nothing.</summary>
internal sealed class FoldStage
{
    /// <summary>Messages of a batch, one record of the log.</summary>
    public const int BatchMessages = 256;

    private const int Epoch = 1;

    private readonly int _conversations;
    private readonly Nowhere _commit = new();
    private readonly PersistHandler _handler;
    private long _offset;
    private ulong _number;

    /// <param name="conversations">Pairs that send in turns.</param>
    public FoldStage(int conversations)
    {
        _conversations = conversations;
        var time = StillClock.Instance;
        var retry = new RetryForever(NullLogger<RetryForever>.Instance, time);
        var store = EmptyStore.Open();
        _handler = new(
            new(store, retry, Options.Create(new PersistOptions()), new(Epoch, 1)),
            store,
            _commit,
            new(store, AbsentPort.Of<ILogWriter<DeadLetter>>(), retry, time, NullLogger<PoisonBox>.Instance),
            new(store, retry, NullLogger<ErasedMessages>.Instance),
            retry,
            time,
            NullLogger<PersistHandler>.Instance);
    }

    /// <summary>Messages that were in finished units.</summary>
    public long Stored => _commit.Messages;

    /// <summary>The next batches of the log; each is to be folded once, in their order.</summary>
    public List<LogBatch<InboundRecord>> Next(int batches) => [.. Enumerable.Range(0, batches).Select(_ => NextBatch())];

    /// <summary>Folds a batch and makes its unit, on the calling thread.</summary>
    public void Fold(LogBatch<InboundRecord> batch) => Chat.MustBeDone(_handler.HandleAsync(batch, CancellationToken.None));

    private LogBatch<InboundRecord> NextBatch()
    {
        var record = new InboundRecord { Version = 1, Gateway = "gate", Incarnation = 1 };
        for (var i = 0; i < BatchMessages; i++)
        {
            var pair = (int)(_number % (ulong)_conversations);
            record.Entries.Add(new InboundEntry
            {
                Kind = EntryKind.Message,
                Relation = Chat.PairOf(pair).Value,
                Sender = Chat.LowOf(pair).Value,
                StampMs = (ulong)StillClock.NowMs + _number,
                ClientMessageId = new ClientMessageId((ulong)(StillClock.NowMs + (long)_number) << 16, _number).ToByteString(),
                ClientMadeId = true,
                Connection = (ulong)pair,
                Sequence = (uint)(_number & 0xFFFF),
                MessageType = 1,
                Data = Chat.Data,
            });
            _number++;
        }

        var offset = _offset++;
        return new([new(Epoch, 0, Generation: 1, offset, offset + 1, [new(offset, record, default)])]);
    }

    private sealed class Nowhere : IPersistCommit
    {
        public long Messages { get; private set; }

        public ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            Messages += unit.Rows.Messages.Count;
            return default;
        }
    }
}
