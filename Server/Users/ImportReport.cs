using System.Diagnostics;

namespace BrokerIm.Server.Users;

/// <summary>Counts, complains about wrong rows on the error output, and says now and then how far the import is.</summary>
/// <param name="total">Rows of the file.</param>
/// <param name="complain">Writes one complaint.</param>
/// <param name="progress">Told the number of rows done; at most every tenth of a second, and at the end.</param>
internal sealed class ImportReport(int total, Action<string> complain, Action<int> progress) : IImportReport
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private long _lastProgress = Stopwatch.GetTimestamp();

    public int AddedCount { get; private set; }

    public int ExistingCount { get; private set; }

    public int FailedCount { get; private set; }

    public void Added(string name)
    {
        AddedCount++;
        Tell();
    }

    public void Existing(string name)
    {
        ExistingCount++;
        Tell();
    }

    public void Failed(string place, string problem)
    {
        FailedCount++;
        complain($"{place}: {problem}");
        Tell();
    }

    /// <summary>The result in words.</summary>
    public string Summary(bool dryRun) =>
        $"{(dryRun ? "Would add" : "Added")} {AddedCount}, existing {ExistingCount}, failed {FailedCount}.";

    private void Tell()
    {
        var done = AddedCount + ExistingCount + FailedCount;
        if (done < total && Stopwatch.GetElapsedTime(_lastProgress) < s_pause)
            return;

        _lastProgress = Stopwatch.GetTimestamp();
        progress(done);
    }
}
