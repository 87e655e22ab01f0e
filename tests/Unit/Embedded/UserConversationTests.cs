using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class UserConversationTests
{
    private const uint Max = UserId.MaxValue;

    public static TheoryData<uint, ulong> Keys => new()
    {
        { 1, ConversationId.Pair(new(1), new(2)).Value },
        { 2, ConversationId.Pair(new(1), new(2)).Value },
        { Max, ConversationId.Pair(new(1), new(Max)).Value },
        { Max - 1, ConversationId.Pair(new(Max), new(Max - 1)).Value },
        { 1, ConversationId.Group(1).Value },
        { Max, ConversationId.Group(Max).Value },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void Key_says_who_and_which(uint user, ulong conversation)
    {
        var key = UserConversation.Of(new(user), new(conversation)).Key;
        Assert.Equal((new UserId(user), new ConversationId(conversation)), (new UserConversation(key).User, new UserConversation(key).Conversation));
        Assert.InRange(key, UserConversation.FirstOf(new(user)), UserConversation.LastOf(new(user)));
    }

    [Fact]
    public void Keys_of_neighbouring_users_do_not_touch() =>
        Assert.Equal(UserConversation.LastOf(new(7)) + 1, UserConversation.FirstOf(new(8)));

    [Fact]
    public void Pair_of_others_has_no_key() => Assert.Throws<ArgumentException>(
        () => UserConversation.Of(new(3), ConversationId.Pair(new(1), new(2))));
}
