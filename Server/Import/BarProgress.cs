using BrokerIm.Import;
using Spectre.Console;

namespace BrokerIm.Server.Import;

/// <summary>A bar for each part, for a terminal.</summary>
internal sealed class BarProgress(ProgressContext context) : IImportProgress
{
    private ProgressTask? _bar;

    public void Begin(string part, long rows)
    {
        Finish();
        _bar = context.AddTask(Markup.Escape(part), maxValue: Math.Max(1, rows));
    }

    public void Advance(long rows) => _bar?.Increment(rows);

    /// <summary>The last part is done; rows that were skipped are done too.</summary>
    public void Finish()
    {
        if (_bar is not null)
            _bar.Value = _bar.MaxValue;
    }
}
