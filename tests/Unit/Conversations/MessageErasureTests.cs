using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Conversations;

/// <summary>What an operator's order to erase does to a conversation and to a message.</summary>
public sealed class MessageErasureTests
{
    private static readonly ConversationId s_pair = ConversationId.Pair(new(7), new(9));
    private static readonly ConversationId s_group = ConversationId.Group(5);

    [Fact]
    public void Messages_below_the_order_are_erased_and_no_others()
    {
        var state = StateWith(messages: 3);

        var decision = ConversationFold.Apply(state, Order(4, 3, 1, 3, 99), writtenAt: 0);

        Assert.Equal((DecisionKind.Erased, 3u), (decision.Kind, decision.MessageId));
        Assert.Equal([1u, 3u], decision.Erased);
        Assert.Equal(DecisionKind.Unchanged, ConversationFold.Apply(state, Order(4), writtenAt: 0).Kind);
    }

    [Fact]
    public void Ids_go_on_and_repeats_of_what_was_erased_are_still_repeats()
    {
        var state = StateWith(messages: 3);
        ConversationFold.Apply(state, Order(1, 2, 3), writtenAt: 0);

        var repeat = ConversationFold.Apply(state, Send(2), writtenAt: 0);
        Assert.Equal((DecisionKind.Duplicate, 2u), (repeat.Kind, repeat.MessageId));
        Assert.Equal(4u, ConversationFold.Apply(state, Send(4), writtenAt: 0).MessageId);
    }

    [Theory]
    [InlineData(0u, null, 1)]
    [InlineData(7u, "no operator", 1)]
    [InlineData(0u, "erase 0 messages", 0)]
    [InlineData(0u, null, Limits.MaxErasedMessages)]
    [InlineData(0u, "erase 1001 messages", Limits.MaxErasedMessages + 1)]
    public void Only_an_operator_erases_and_a_bounded_number(uint sender, string? defect, int messages)
    {
        var order = Order([.. Enumerable.Range(1, messages).Select(static id => (uint)id)]);
        order.Sender = sender;

        if (defect is null)
            Assert.Null(ConversationFold.Defect(order));
        else
            Assert.Contains(defect, ConversationFold.Defect(order), StringComparison.Ordinal);
        Assert.NotNull(ConversationFold.Defect(Order(1, 0)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_left_is_the_same_message_without_content(bool clientMadeId)
    {
        foreach (var conversation in new[] { s_pair, s_group })
        {
            var meta = Meta(MsgType.SingleText, clientMadeId);
            var full = new MessageBody(
                conversation, 7, 12, 1_700_000_000_123, (uint)MsgType.SingleText, ByteString.CopyFromUtf8("secret"),
                clientMadeId ? meta.ClientMessageId : null);
            var bytes = new byte[full.CalculateSize()];
            full.WriteTo(bytes);
            var expected = IMMsgData.Parser.ParseFrom(bytes);
            expected.MsgData = ByteString.Empty;

            Assert.Equal(expected.ToByteArray(), MessageErasure.BodyOf(conversation, 12, meta));
        }
    }

    [Theory]
    [InlineData(MsgType.SingleText, 0)]
    [InlineData(MsgType.GroupText, 0)]
    [InlineData(MsgType.SingleAudio, 4)]
    [InlineData(MsgType.GroupAudio, 4)]
    public void A_voice_message_becomes_one_of_no_seconds(MsgType type, int bytesLeft)
    {
        var meta = Meta(type, clientMadeId: false);

        var erased = MessageErasure.BodyOf(s_pair, 1, meta);

        Assert.Equal(new byte[bytesLeft], IMMsgData.Parser.ParseFrom(erased).MsgData.ToByteArray());
        Assert.True(MessageErasure.IsErased(s_pair, new(1, meta, erased)));
        Assert.False(MessageErasure.IsErased(s_pair, new(1, meta, erased.AsMemory(0, erased.Length - 1))));
    }

    private static MessageMeta Meta(MsgType type, bool clientMadeId) => new()
    {
        ClientMessageId = Id(12), Sender = 7, MessageType = (uint)type, TimeMs = 1_700_000_000_123, ClientMadeId = clientMadeId,
    };

    private static ConversationState StateWith(int messages)
    {
        var state = new ConversationState(null);
        for (var number = 1; number <= messages; number++)
            ConversationFold.Apply(state, Send(number), writtenAt: 0);
        return state;
    }

    private static InboundEntry Order(params uint[] ids) => new()
    {
        Kind = EntryKind.Erase, Relation = s_pair.Value, StampMs = 1, MessageIds = { ids },
    };

    private static InboundEntry Send(int number) => new()
    {
        Kind = EntryKind.Message,
        Relation = s_pair.Value,
        Sender = 7,
        StampMs = 1_000,
        ClientMessageId = Id(number),
        MessageType = (uint)MsgType.SingleText,
        Data = ByteString.CopyFromUtf8("text"),
    };

    private static ByteString Id(int number) => ClientMessageId.Create(1_000 + number, new byte[16]).ToByteString();
}
