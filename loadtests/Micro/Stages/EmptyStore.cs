using System.Reflection;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>A store without a message in it, for whoever only loads.</summary>
#pragma warning disable CA1852 // The proxy is made by deriving from it.
internal class EmptyStore : AbsentPort
#pragma warning restore CA1852
{
    public static IConversationStore Open() => Create<IConversationStore, EmptyStore>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        nameof(IConversationStore.LoadAsync) => new ValueTask<IReadOnlyList<MessageHead?>>(
            new MessageHead?[((IReadOnlyList<(ConversationId, long)>)args![0]!).Count]),
        nameof(IConversationStore.ReadSkipsAsync) => new ValueTask<IReadOnlyList<LogPosition>>([]),
        _ => base.Invoke(targetMethod, args),
    };
}
