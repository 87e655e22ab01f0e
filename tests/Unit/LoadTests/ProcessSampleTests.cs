using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class ProcessSampleTests
{
    [Fact]
    public void Name_of_a_process_may_hold_anything_and_what_is_mapped_from_files_is_not_its_own()
    {
        var sample = ProcessSample.Parse(
            "42 (a) S (b) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 9 0 12345 1000000 256 18446744073709551615 1 1 0 0",
            "1000 256 100 2 0 700 0");

        Assert.Equal(TimeSpan.FromSeconds(3), sample.Processor);
        Assert.Equal(156L * Environment.SystemPageSize, sample.OwnBytes);
    }

    [Fact]
    public void Time_of_the_machine_that_we_did_not_use_is_that_of_others()
    {
        var before = MachineSample.Parse("cpu  1000 0 1000 8000 0 0 0 0 0 0");
        var after = MachineSample.Parse("cpu  1100 0 1100 8700 50 20 10 20 0 0");

        // 10 s of processors, of which 2.5 s were busy and 1.5 s ours.
        Assert.Equal(0.1, MachineSample.ShareOfOthers(before, after, ownSeconds: 1.5), 6);
        Assert.Equal(0, MachineSample.ShareOfOthers(before, after, ownSeconds: 4));
    }

    [Theory]
    [InlineData("brokerim embedded", "/repo/artifacts/bin/BrokerIm.Server/release/brokerim", "embedded", "--data", "x")]
    [InlineData("brokerim gateway", "dotnet", "/app/brokerim.dll", "gateway")]
    [InlineData("kafka", "java", "-cp", "x", "kafka.Kafka", "server.properties")]
    [InlineData("redis", "redis-server 127.0.0.1:16379")]
    [InlineData("rabbitmq", "/usr/lib/erlang/erts-13/bin/beam.smp", "-s", "rabbit", "boot")]
    [InlineData(null, "/usr/lib/erlang/erts-13/bin/beam.smp", "-s", "ejabberd")]
    [InlineData(null, "bash", "-c", "tail BrokerIm.Server/log brokerim")]
    [InlineData(null, "dotnet", "run", "--project", "BrokerIm.Server", "embedded")]
    [InlineData(null)]
    public void Processes_are_known_by_their_command_lines(string? name, params string[] commandLine) =>
        Assert.Equal(name, WatchedProcess.NameOf(commandLine, brokersToo: true));

    [Fact]
    public void Own_process_can_be_looked_at()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        Assert.True(ProcessSample.Take(Environment.ProcessId)!.Value.OwnBytes > 1 << 20);
        Assert.Null(ProcessSample.Take(int.MaxValue));
    }
}
