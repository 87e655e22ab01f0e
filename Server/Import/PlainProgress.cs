using BrokerIm.Import;

namespace BrokerIm.Server.Import;

/// <summary>A line for every tenth of a part, for logs and pipes.</summary>
internal sealed class PlainProgress(TextWriter output) : IImportProgress
{
    private const int Steps = 10;

    private string _part = "";
    private long _rows;
    private long _done;
    private long _step;

    public void Begin(string part, long rows) => (_part, _rows, _done, _step) = (part, rows, 0, 0);

    public void Advance(long rows)
    {
        _done += rows;
        var step = _rows == 0 ? 0 : _done * Steps / _rows;
        if (step == _step)
            return;
        _step = step;
        output.WriteLine($"{_part}: {_done} of {_rows}");
    }
}
