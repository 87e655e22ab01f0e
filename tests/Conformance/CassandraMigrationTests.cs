using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>The migration on a real cluster, with small files of its own, because making tables takes long there.</summary>
public sealed class CassandraMigrationTests(CassandraKeyspace keyspaces)
{
    private static readonly SchemaFile s_first = new(1, "CREATE TABLE IF NOT EXISTS one (id int PRIMARY KEY);\n");
    private static readonly SchemaFile s_second = new(2, "CREATE TABLE IF NOT EXISTS two (id int PRIMARY KEY);\n");

    private readonly List<string> _said = [];

    [Fact]
    public async Task Steps_are_applied_once_and_later_ones_when_they_are_there()
    {
        var keyspace = NewKeyspace();
        Assert.Equal(1, await RunAsync(keyspace, s_first));
        Assert.Contains(_said, line => line.Contains("one", StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync(keyspace, s_first));
        Assert.Empty(_said);
        Assert.Equal(1, await RunAsync(keyspace, s_first, s_second));
        Assert.DoesNotContain(_said, line => line.Contains("one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Half_applied_step_is_completed()
    {
        var keyspace = NewKeyspace();
        var broken = new SchemaFile(1, s_first.Text + "CREATE TABLE no table;\n");
        await Assert.ThrowsAsync<MigrationRefusedException>(() => RunAsync(keyspace, broken));

        Assert.Equal(1, await RunAsync(keyspace, new SchemaFile(1, s_first.Text + "CREATE TABLE IF NOT EXISTS half (id int PRIMARY KEY);\n")));
        Assert.Contains(_said, line => line.Contains("half", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Applied_step_that_has_changed_since_is_refused()
    {
        var keyspace = NewKeyspace();
        await RunAsync(keyspace, s_first);

        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(
            () => RunAsync(keyspace, new SchemaFile(1, s_first.Text + "-- changed\n"), s_second));
        Assert.Contains("step 0001", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Keyspace_of_a_newer_program_is_refused()
    {
        var keyspace = NewKeyspace();
        await RunAsync(keyspace, s_first, s_second);

        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(() => RunAsync(keyspace, s_first));
        Assert.Contains("version 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_one_at_the_same_time_is_refused_and_told_by_whom()
    {
        var keyspace = NewKeyspace();
        var (atWork, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(() => CassandraKeyspace.Migration(keyspace, [s_first]).RunAsync(
            line =>
            {
                if (line.StartsWith("0001", StringComparison.Ordinal) && atWork.TrySetResult())
                    goOn.Task.Wait(Deadline.Patience, TestContext.Current.CancellationToken);
            },
            Deadline.Token));
        await atWork.Task.WaitAsync(Deadline.Patience, TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(() => RunAsync(keyspace, s_first));
        Assert.Contains($"{Environment.MachineName}, process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);

        goOn.SetResult();
        Assert.Equal(1, await first);
        Assert.Equal(0, await RunAsync(keyspace, s_first));
    }

    [Fact]
    public async Task Number_of_copies_that_the_cluster_cannot_hold_is_refused_before_anything_is_made()
    {
        var settings = CassandraKeyspace.Settings(keyspaces.NewName());
        settings.ReplicationFactor = 3;
        var migration = new CassandraMigration(
            CassandraKeyspace.Connector(settings.Keyspace), Options.Create(settings), [s_first], TimeProvider.System, NullLogger<CassandraMigration>.Instance);

        var refusal = await Assert.ThrowsAsync<MigrationRefusedException>(() => migration.RunAsync(_said.Add, Deadline.Token));
        Assert.StartsWith("Cassandra:ReplicationFactor = '3'", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Check_lets_through_what_the_migration_made_and_names_what_is_wrong_otherwise()
    {
        await keyspaces.OpenAsync();
        await CheckAsync(CassandraKeyspace.Settings(keyspaces.SharedName));

        var twoCopies = CassandraKeyspace.Settings(keyspaces.SharedName);
        twoCopies.ReplicationFactor = 2;
        await AssertRefusedAsync("Cassandra:ReplicationFactor = '2'", twoCopies);

        var elsewhere = CassandraKeyspace.Settings(keyspaces.SharedName);
        elsewhere.LocalDatacenter = "elsewhere";
        await AssertRefusedAsync("Cassandra:LocalDatacenter = 'elsewhere'", elsewhere);

        await AssertRefusedAsync("no such keyspace", CassandraKeyspace.Settings("test_none"));

        var other = NewKeyspace();
        await RunAsync(other, s_first);
        await AssertRefusedAsync("step 0001 of its schema was made from another file", CassandraKeyspace.Settings(other));
    }

    [Fact]
    public async Task Cluster_that_does_not_answer_is_waited_for_as_long_as_configured()
    {
        var settings = CassandraKeyspace.Settings("any");
        (settings.ContactPoints, settings.StartTimeout) = ("127.0.0.1:1", TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<DependencyUnavailableException>(() => CheckAsync(settings));
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(string why, CassandraOptions settings)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => CheckAsync(settings));
        Assert.Contains(why, Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    private static async Task CheckAsync(CassandraOptions settings)
    {
        var options = Options.Create(settings);
        var connector = new CqlCassandraConnector(options, TimeProvider.System, NullLogger<CqlCassandraConnector>.Instance);
        await using var own = connector.Open(settings.Keyspace);
        await new CassandraCheck(connector, own, options, TimeProvider.System, NullLogger<CassandraCheck>.Instance).StartingAsync(Deadline.Token);
    }

    private string NewKeyspace() => keyspaces.NewName();

    private Task<int> RunAsync(string keyspace, params SchemaFile[] files)
    {
        _said.Clear();
        return CassandraKeyspace.Migration(keyspace, files).RunAsync(_said.Add, Deadline.Token);
    }
}
