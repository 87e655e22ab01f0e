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

    /// <summary>Whether what it does wrong is our mistake.</summary>
    bool IsOurs { get; }

    /// <summary>Pairs of users who talk to each other on it, as <c>chat</c> has them talk on BrokerIm.</summary>
    /// <param name="pairs">Pairs of users; both of a pair send.</param>
    /// <param name="talk">How they talk.</param>
    TalkScenario Chat(int pairs, TalkOptions talk);
}
