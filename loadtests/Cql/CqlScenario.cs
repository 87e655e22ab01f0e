using System.Net;
using BrokerIm.Cql;

namespace BrokerIm.LoadTests.Cql;

/// <summary>Lets the clients take turns on one node, so that a ratio of two of them comes from one machine at one time.</summary>
internal sealed class CqlScenario(CqlLoadOptions options, TextWriter progress)
{
    private static readonly CqlWorkload[] s_workloads = Enum.GetValues<CqlWorkload>();

    public async Task<CqlReport> RunAsync(CancellationToken cancellationToken)
    {
        var (host, port) = options.Target switch
        {
            IPEndPoint address => ($"{address.Address}", address.Port),
            DnsEndPoint name => (name.Host, name.Port),
            _ => throw new InvalidOperationException($"{options.Target} is no host and port."),
        };
        var cql = new CqlOptions
        {
            Consistency = Consistency.LocalOne, SerialConsistency = Consistency.LocalSerial, MaxInFlightPerConnection = CqlLoadOptions.MaxInFlight,
        };
        cql.ContactPoints.Add($"{host}:{port}");
        await using var session = await CqlSession.ConnectAsync(cql, cancellationToken);
        await CqlTables.CreateAsync(session, cancellationToken);
        try
        {
            using var python = options.AgainstPython ? await PythonClient.StartAsync(host, port, cancellationToken) : null;
            var own = await OwnClient.CreateAsync(session, cancellationToken);
            ICqlClient[] clients = python is null ? [own] : [own, python];
            await WarmUpAsync(clients, cancellationToken);
            return new(options, session.Nodes[0].ReleaseVersion, await MeasureAsync(clients, cancellationToken));
        }
        finally
        {
            await CqlTables.DropAsync(session, CancellationToken.None);
        }
    }

    private async Task WarmUpAsync(ICqlClient[] clients, CancellationToken cancellationToken)
    {
        if (options.WarmUp == TimeSpan.Zero)
            return;

        await progress.WriteLineAsync($"warm-up, {options.WarmUp.TotalSeconds:0} s");
        foreach (var workload in s_workloads)
        {
            foreach (var client in clients)
                await client.MeasureAsync(workload, options.InFlight.Max(), options.WarmUp / (clients.Length * s_workloads.Length), cancellationToken);
        }
    }

    private async Task<IReadOnlyList<CqlMeasurement>> MeasureAsync(ICqlClient[] clients, CancellationToken cancellationToken)
    {
        var all = new List<CqlMeasurement>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var workload in s_workloads)
            {
                foreach (var inFlight in options.InFlight)
                {
                    foreach (var client in clients)
                    {
                        var measured = await client.MeasureAsync(workload, inFlight, options.Duration, cancellationToken);
                        await progress.WriteLineAsync(
                            $"round {round}: {measured.Client} {workload} {inFlight} in flight: {measured.PerSecond:N0}/s");
                        all.Add(measured);
                    }
                }
            }
        }

        return all;
    }
}
