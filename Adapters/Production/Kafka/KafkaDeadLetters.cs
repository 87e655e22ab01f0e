using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Dead letters in their topic; a letter's number is its offset, and what was dealt with is the commit of a group of its own.</summary>
internal sealed class KafkaDeadLetters(IOptions<KafkaOptions> options) : IDeadLetterReader
{
    private const string Group = "dead";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly TopicPartition _partition = new(options.Value.DeadLetterTopic, 0);

    public ValueTask<long> FirstOpenAsync(CancellationToken cancellationToken) => AskAsync(
        consumer =>
        {
            var committed = consumer.Committed([_partition], s_patience)[0].Offset;
            var bounds = consumer.QueryWatermarkOffsets(_partition, s_patience);
            return committed.IsSpecial ? bounds.Low.Value : Math.Max(committed.Value, bounds.Low.Value);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<NumberedLetter>> ReadAsync(long from, int max, CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<NumberedLetter>>(consumer => Read(consumer, from, max, cancellationToken), cancellationToken);

    public async ValueTask CloseThroughAsync(long number, CancellationToken cancellationToken) => await AskAsync(
        consumer =>
        {
            // What was dealt with stays so: a smaller number changes nothing.
            var committed = consumer.Committed([_partition], s_patience)[0].Offset;
            if (committed.IsSpecial || committed.Value <= number)
                consumer.Commit([new(_partition, number + 1)]);
            return true;
        },
        cancellationToken);

    private List<NumberedLetter> Read(
        IConsumer<Ignore, byte[]> consumer, long from, int max, CancellationToken cancellationToken)
    {
        var bounds = consumer.QueryWatermarkOffsets(_partition, s_patience);
        var next = Math.Max(from, bounds.Low.Value);
        var letters = new List<NumberedLetter>();
        consumer.Assign(new TopicPartitionOffset(_partition, next));
        while (letters.Count < max && next < bounds.High.Value)
        {
            if (consumer.Consume(s_patience) is not { } result)
                throw new DependencyUnavailableException("Kafka does not hand out the dead letters it has.");
            cancellationToken.ThrowIfCancellationRequested();
            letters.Add(new(result.Offset, Parse(result.Message.Value)));
            next = result.Offset + 1;
        }

        return letters;
    }

    private static DeadLetter? Parse(byte[] bytes)
    {
        try
        {
            return DeadLetter.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // The library blocks; an operator's command has a thread for that.
    private async ValueTask<T> AskAsync<T>(Func<IConsumer<Ignore, byte[]>, T> ask, CancellationToken cancellationToken)
    {
        NativeLibrdkafka.Prepare();
        var settings = KafkaSettings.Consumer(options.Value, Group);
        settings.EnableAutoCommit = false;
        return await Task.Run(
            () =>
            {
                using var consumer = new ConsumerBuilder<Ignore, byte[]>(settings).SetLogHandler(static (_, _) => { }).Build();
                try
                {
                    return ask(consumer);
                }
                catch (KafkaException exception)
                {
                    throw new DependencyUnavailableException($"Kafka: {exception.Error.Reason}", exception);
                }
            },
            cancellationToken);
    }
}
