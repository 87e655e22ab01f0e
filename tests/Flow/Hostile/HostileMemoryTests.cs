using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Runs by itself, because it looks at the memory of the whole process.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class HostileMemoryCollection;

/// <summary>All hostile inputs together leave nothing behind but numbers.</summary>
[Collection<HostileMemoryCollection>]
public sealed class HostileMemoryTests(HostileServer server, ITestOutputHelper output) : IClassFixture<HostileServer>
{
    // A round sends some 50 MiB of bodies and stores some hundred messages.
    private const long GrowthMaxBytes = 16 << 20;

    private static readonly HostileRow[] s_rows =
        [.. FramingRows.All, .. ProtobufRows.All, .. LoginRows.All, .. MessageRows.All, .. QueryRows.All, .. HttpRows.All];

    private static readonly string[] s_rejects =
    [
        "malformed", "too_large", "unparsable", "too_many_elements", "too_deep", "unknown_command", "device_token_size", "peer_command_size",
    ];

    private static readonly string[] s_closes = ["peer_closed", "logged_out", "login_refused", "malformed_frame", "frame_too_large"];

    [Fact]
    public async Task Memory_is_flat_and_every_reason_counted()
    {
        // The first round fills pools and caches.
        await PlayAllAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await PlayAllAsync();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        output.WriteLine($"{s_rows.Length} rows, {grown / 1024} KiB more");
        Assert.InRange(grown, long.MinValue, GrowthMaxBytes);
        Assert.All(s_rejects, reason => Assert.True(server.Rejected(reason) > 0, reason));
        Assert.All(s_closes, reason => Assert.True(server.Closed(reason) > 0, reason));
        Assert.Equal(0, server.Closed("failed"));
    }

    private async Task PlayAllAsync()
    {
        // The canaries' messages come behind what a row has sent, so that the next one does not hear of it.
        foreach (var row in s_rows)
        {
            await server.PlayAsync(row);
            await server.ExpectUnharmedAsync();
        }

        await Eventually.HoldsAsync(() => server.OtherConnections == 0);
    }
}
