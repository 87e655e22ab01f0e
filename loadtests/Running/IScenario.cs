using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Running;

/// <summary>What users do to a server, and how to tell afterwards whether it did its part.</summary>
internal interface IScenario : IAsyncDisposable
{
    /// <summary>The command's name.</summary>
    string Name { get; }

    /// <summary>What it was told to do, for the report.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>What is measured; rates and costs are counted by the first.</summary>
    IReadOnlyList<Step> Steps { get; }

    /// <summary>When latencies count.</summary>
    MeasuredWindow Window { get; }

    /// <summary>Bytes sent and received.</summary>
    WireMeter Wire { get; }

    /// <summary>What must be there before anything is measured: connections, groups, a backlog.</summary>
    Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken);

    /// <summary>The load itself.</summary>
    /// <param name="stop">Nothing new is begun after this.</param>
    /// <returns>Completes once nothing new will be begun; of itself when there is nothing more to do.</returns>
    Task DriveAsync(CancellationToken stop);

    /// <summary>Keeps connections open that have nothing to say; called every half minute.</summary>
    void Beat();

    /// <summary>Waits until everything has been answered and has arrived, as long as that is worth waiting for.</summary>
    Task SettleAsync(CancellationToken cancellationToken);

    /// <summary>Judges a run that has come to rest.</summary>
    Verdict Judge();
}
