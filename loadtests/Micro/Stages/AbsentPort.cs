using System.Reflection;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>Stands where a part is made with a port that the measured way never takes.</summary>
internal class AbsentPort : DispatchProxy
{
    public static TPort Of<TPort>()
        where TPort : class => Create<TPort, AbsentPort>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        throw new NotSupportedException($"The stage is not to call {targetMethod?.DeclaringType?.Name}.{targetMethod?.Name}.");
}
