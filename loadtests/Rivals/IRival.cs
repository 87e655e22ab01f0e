using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>Another server that carries messages between two users, running on this machine for the time of a comparison.</summary>
internal interface IRival : IAsyncDisposable
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its process.</summary>
    WatchedProcess Process { get; }

    /// <summary>Logs a user in who talks to one other.</summary>
    /// <param name="user">Who.</param>
    /// <param name="partner">With whom.</param>
    /// <param name="listener">Told of acks and messages.</param>
    /// <param name="wire">Counts bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    Task<ITalkConnection> ConnectAsync(
        string user, string partner, ITalkListener listener, WireMeter wire, CancellationToken cancellationToken);
}
