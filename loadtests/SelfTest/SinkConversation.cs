namespace BrokerIm.LoadTests.SelfTest;

/// <summary>Two users or a group: its members, and the last id it gave.</summary>
internal sealed class SinkConversation(IReadOnlyList<uint> members)
{
    /// <summary>Held while an id is given and the message is handed to its receivers, so that these see ids in order.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Everybody in it.</summary>
    public IReadOnlyList<uint> Members { get; } = members;

    /// <summary>The last id; under <see cref="Gate"/>.</summary>
    public uint Head { get; set; }

    /// <summary>A delivery that is to come after the next of its sender, so that its receiver sees it; under <see cref="Gate"/>.</summary>
    public (uint From, Action Push)? Delayed { get; set; }
}
