using System.Buffers;
using System.Net;
using System.Net.Sockets;
using BrokerIm.Gateway.Transport;
using BrokerIm.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Tests.Unit.Gateway.Transport;

/// <summary>The life of a lean connection, from the listener to the last byte.</summary>
public sealed class LeanConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listener_takes_in_who_comes_and_ends_when_it_is_unbound()
    {
        await using var listener = await ListenAsync();
        using var client = await ConnectAsync(listener);
        await using var connection = await listener.AcceptAsync(Cancellation);

        Assert.NotNull(connection);
        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, connection.LocalEndPoint);
        Assert.NotNull(connection.Features.Get<IConnectionSocketFeature>());

        var waiting = listener.AcceptAsync(Cancellation).AsTask();
        await listener.UnbindAsync(Cancellation);
        Assert.Null(await waiting.Soon());
        Assert.Null(await listener.AcceptAsync(Cancellation));
        Assert.False(connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Second_listener_on_a_port_is_told_that_it_is_taken()
    {
        await using var listener = await ListenAsync();
        var taken = new LeanEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.EndPoint).Port);

        await Assert.ThrowsAsync<AddressInUseException>(async () => await Transport().BindAsync(taken, Cancellation));
    }

    [Fact]
    public void Other_addresses_are_left_to_Kestrel()
    {
        Assert.True(Transport().CanBind(LeanEndPoint.Any(0)));
        Assert.False(Transport().CanBind(new IPEndPoint(IPAddress.Any, 0)));
    }

    [Fact]
    public async Task Last_words_arrive_although_the_client_was_still_talking()
    {
        await using var listener = await ListenAsync();
        using var client = await ConnectAsync(listener);
        var connection = (await listener.AcceptAsync(Cancellation))!;
        await client.SendAsync(new byte[20_000], Cancellation);
        await Eventually.HoldsAsync(() => ((LeanConnection)connection).Socket.Available == 20_000);

        connection.Transport.Output.Write("goodbye"u8);
        await connection.Transport.Output.FlushAsync(Cancellation);
        await connection.DisposeAsync();

        var received = new byte[100];
        Assert.Equal(7, await client.ReceiveAsync(received, Cancellation).AsTask().Soon());
        Assert.Equal(0, await client.ReceiveAsync(received, Cancellation).AsTask().Soon());
    }

    [Fact]
    public async Task Whoever_asks_learns_that_the_connection_is_closed_before_or_after()
    {
        await using var listener = await ListenAsync();
        using var client = await ConnectAsync(listener);
        var connection = (await listener.AcceptAsync(Cancellation))!;
        var before = connection.ConnectionClosed;

        await connection.DisposeAsync();

        Assert.True(before.IsCancellationRequested);
        Assert.True(connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Abort_ends_a_read_that_waits()
    {
        await using var listener = await ListenAsync();
        using var client = await ConnectAsync(listener);
        await using var connection = (await listener.AcceptAsync(Cancellation))!;
        var waiting = connection.Transport.Input.ReadAsync(CancellationToken.None).AsTask();

        connection.Abort();

        await Assert.ThrowsAsync<ConnectionAbortedException>(() => waiting.Soon());
    }

    [Fact]
    public void Features_are_found_replaced_and_removed()
    {
        var features = new FewFeatures();
        for (var round = 0; round < 2; round++)
        {
            features.Set<object>("an object");
            features.Set("a text");
            features[typeof(int)] = 7;
        }

        Assert.Equal(3, features.Count());
        Assert.Equal("a text", features.Get<string>());
        features.Set<object>(null);
        Assert.Null(features.Get<object>());
        Assert.Equal(7, features.Get<int>());
        Assert.Equal(2, features.Count());
    }

    private static LeanTransport Transport() => new(NullLogger<LeanTransport>.Instance);

    private static ValueTask<IConnectionListener> ListenAsync() => Transport().BindAsync(new LeanEndPoint(IPAddress.Loopback, 0), Cancellation);

    private static async Task<Socket> ConnectAsync(IConnectionListener listener)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint, Cancellation);
        return client;
    }
}
