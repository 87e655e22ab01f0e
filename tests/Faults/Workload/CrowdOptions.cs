namespace BrokerIm.Faults.Workload;

/// <summary>Who is there and how much they talk.</summary>
internal sealed record CrowdOptions
{
    /// <summary>Pairs of users who talk to each other; each user has a talking device.</summary>
    public int Pairs { get; init; } = 12;

    /// <summary>Sizes of the groups, whose members are taken from the users.</summary>
    public IReadOnlyList<int> Groups { get; init; } = [3, 5, 12];

    /// <summary>Users who have a listening device beside the talking one.</summary>
    public int Listeners { get; init; } = 15;

    /// <summary>Messages per second of all together.</summary>
    public double Rate { get; init; } = 60;

    /// <summary>Share of messages that are sent again under the same id after they were acknowledged.</summary>
    public double SentAgain { get; init; } = 0.05;

    /// <summary>Share of messages at which some connection is cut.</summary>
    public double Cuts { get; init; } = 0.005;

    /// <summary>Messages of a device that may be without an outcome; it waits with further ones.</summary>
    public int MaxOutstanding { get; init; } = 16;
}
