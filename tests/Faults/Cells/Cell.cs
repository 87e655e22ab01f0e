using BrokerIm.Faults.Beds;
using BrokerIm.Faults.Processes;

namespace BrokerIm.Faults.Cells;

/// <summary>One component and one thing that is done to it.</summary>
internal sealed record Cell(string Component, Fault Fault)
{
    private static readonly Fault[] s_everywhere = [Fault.Kill, Fault.Pause, Fault.Restart, Fault.Reset, Fault.Blackhole, Fault.Slow];
    private static readonly string[] s_withDisk = ["kafka", "zookeeper", "cassandra", "rabbitmq"];

    /// <summary>All there are, those of one installation together.</summary>
    public static IReadOnlyList<Cell> All { get; } =
    [
        .. Of(EmbeddedBed.Component, [.. s_everywhere, Fault.FullDisk]),
        .. new[] { "gateway", "persist", "deliver" }.Concat(LocalServices.Names).SelectMany(static component =>
            Of(component, s_withDisk.Contains(component) ? [.. s_everywhere, Fault.FullDisk] : s_everywhere)),
        new("redis", Fault.Wipe),
    ];

    /// <summary>How it is named on the command line, such as <c>persist-kill</c>.</summary>
    public string Name => $"{Component}-{Fault.ToString().ToLowerInvariant()}";

    /// <summary>Whether it is about the server that is one process.</summary>
    public bool IsEmbedded => Component == EmbeddedBed.Component;

    /// <summary>The cell of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Cell Named(string name) =>
        All.FirstOrDefault(cell => cell.Name == name) ?? throw new ArgumentException($"There is no cell '{name}'; see --list.", nameof(name));

    public override string ToString() => Name;

    private static IEnumerable<Cell> Of(string component, IEnumerable<Fault> faults) => faults.Select(fault => new Cell(component, fault));
}
