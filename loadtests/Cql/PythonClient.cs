using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace BrokerIm.LoadTests.Cql;

/// <summary>Debian's Python driver, in a process of its own that takes one task per line (<c>python_client.py</c>).</summary>
internal sealed class PythonClient : ICqlClient, IDisposable
{
    /// <summary>The interpreter for which Debian's packages are made.</summary>
    private const string Interpreter = "/usr/bin/python3";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;

    private PythonClient(Process process) => _process = process;

    /// <exception cref="InvalidDataException">It did not start; it said why on standard error.</exception>
    public static async Task<PythonClient> StartAsync(string host, int port, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Cql", "python_client.py"), host, port.ToString(CultureInfo.InvariantCulture),
            CqlTables.Insert("messages"), CqlTables.Latest(), $"{CqlTables.MetaBytes}", $"{CqlTables.BodyBytes}", $"{CqlTables.Partitions}",
        ];
        var client = new PythonClient(Process.Start(
            new ProcessStartInfo(Interpreter, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
        await client.ReadLineAsync(cancellationToken);
        return client;
    }

    public async Task<CqlMeasurement> MeasureAsync(
        CqlWorkload workload, int inFlight, TimeSpan duration, CancellationToken cancellationToken)
    {
        var task = JsonSerializer.Serialize(
            new { Workload = $"{workload}".ToLowerInvariant(), inFlight, Seconds = duration.TotalSeconds }, s_json);
        await _process.StandardInput.WriteLineAsync(task.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var answer = JsonSerializer.Deserialize<Answer>(await ReadLineAsync(cancellationToken), s_json)!;
        return new(
            "python", workload, inFlight, answer.Requests / answer.Seconds, answer.P50Ms, answer.P99Ms,
            answer.CpuSeconds * 1e6 / answer.Requests, AllocatedBytes: null);
    }

    public void Dispose()
    {
        // It holds nothing that would have to be put down in order.
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken)
        ?? throw new InvalidDataException("The Python client has ended.");

    private sealed record Answer(long Requests, double Seconds, double CpuSeconds, double P50Ms, double P99Ms);
}
