using BrokerIm.Contracts.Records;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Inbound;

/// <summary>An entry on its way into the log, with the connection it came from.</summary>
/// <param name="Entry">What will be in the record.</param>
/// <param name="Origin">Who is told when its outcome stays unknown.</param>
/// <param name="State">The origin's account of what is under way.</param>
internal readonly record struct LaneEntry(InboundEntry Entry, Session Origin, SendState State)
{
    // Everything but the data, with tags and lengths: 73 bytes at most.
    private const int FieldBytes = 80;
    private const int UserBytes = 5;

    /// <summary>Bytes in the record, not less than the truth.</summary>
    public int Bytes { get; } = Entry.Data.Length + (Entry.Users.Count * UserBytes) + GroupBytes(Entry.Group) + FieldBytes;

    private static int GroupBytes(NewGroup? group) => group?.CalculateSize() + FieldBytes ?? 0;
}
