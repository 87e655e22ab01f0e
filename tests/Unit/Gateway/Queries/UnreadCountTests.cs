using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Queries;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

public sealed class UnreadCountTests
{
    private static readonly UserId s_low = new(10);
    private static readonly UserId s_high = new(20);
    private static readonly ConversationId s_pair = ConversationId.Pair(s_low, s_high);

    [Fact]
    public void Subtraction_equals_counting_on_random_histories()
    {
        var random = new Random(20_260_722);
        for (var round = 0; round < 500; round++)
        {
            var senders = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(2) == 0 ? s_low : s_high).ToList();
            var heads = Heads(senders);
            foreach (var reader in new[] { s_low, s_high })
            {
                var mark = random.Next(0, senders.Count + 1);
                var counted = senders.Skip(mark).Count(sender => sender != reader);

                var unread = UnreadCount.Of(s_pair, reader, heads[^1], mark == 0 ? null : heads[mark - 1]);

                Assert.Equal((uint)counted, unread);
            }
        }
    }

    [Fact]
    public void Mark_beyond_the_head_that_was_read_means_nothing_unread()
    {
        var heads = Heads([s_low, s_low, s_low]);

        Assert.Equal(0u, UnreadCount.Of(s_pair, s_high, heads[1], heads[2]));
    }

    private static List<MessageHead> Heads(List<UserId> senders)
    {
        var low = 0u;
        return [.. senders.Select((sender, index) => new MessageHead(
            (uint)index + 1,
            new MessageMeta { Sender = sender.Value, LowCount = low += sender == s_low ? 1u : 0u }))];
    }
}
