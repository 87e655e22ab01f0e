using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace BrokerIm.Tests.Support;

/// <summary>A meter of a test's own, and what was counted on it.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _sums = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    public MeterReader()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == Meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public Meter Meter { get; } = new("test");

    /// <summary>What a counter has reached; with a label's value, for that label alone.</summary>
    public double Sum(string instrument, string? label = null) => _sums.GetValueOrDefault($"{instrument}|{label}");

    /// <summary>How many measurements an instrument has taken.</summary>
    public int Count(string instrument) => _counts.GetValueOrDefault(instrument);

    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : IConvertible
    {
        var number = value.ToDouble(CultureInfo.InvariantCulture);
        _counts.AddOrUpdate(instrument.Name, 1, static (_, count) => count + 1);
        _sums.AddOrUpdate($"{instrument.Name}|", number, (_, sum) => sum + number);
        foreach (var tag in tags)
            _sums.AddOrUpdate($"{instrument.Name}|{tag.Value}", number, (_, sum) => sum + number);
    }
}
