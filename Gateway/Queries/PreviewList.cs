using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Gateway.Queries;

/// <summary>Newest content of many conversations at once.</summary>
internal sealed class PreviewList(IConversationReader store)
{
    private const int Concurrency = 16;

    /// <summary>Reads the newest messages' contents, in the form lists show them; null where a message cannot be read.</summary>
    /// <param name="heads">Conversation and its newest message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Same order as asked. Together with what the list says of each, they fit into one frame.</returns>
    public async ValueTask<IReadOnlyList<ByteString?>> ReadAsync(
        IReadOnlyList<(ConversationId Conversation, MessageHead Head)> heads, CancellationToken cancellationToken)
    {
        var previews = new ByteString?[heads.Count];
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, heads.Count, bounds, async (index, token) =>
        {
            var (conversation, head) = heads[index];
            var messages = await store.ReadRangeAsync(conversation, head.MessageId, head.MessageId, token);
            if (messages.Count > 0 && MessageContent.DataOf(messages[0]) is { } data)
                previews[index] = Preview.Of((MsgType)head.Meta.MessageType, data);
        });

        Preview.Shorten(previews);
        return previews;
    }
}
