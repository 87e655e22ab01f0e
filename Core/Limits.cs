namespace BrokerIm.Core;

/// <summary>Bounds that more than one stage relies on; they are part of the design and not settings.</summary>
public static class Limits
{
    /// <summary>PDUs in one inbound record: the index of a <see cref="Values.LogPosition"/> has twelve bits.</summary>
    public const int MaxRecordEntries = 4_096;

    /// <summary>Bytes of PDU data after which an inbound record is closed; topics allow at least 1,000,000.</summary>
    public const int MaxRecordBytes = 512 * 1024;

    /// <summary>Bytes after which a bus message is closed; it holds one larger PDU if need be.</summary>
    public const int MaxBusMessageBytes = 64 * 1024;

    /// <summary>
    /// How often the activity of a pair is written, in milliseconds: with the first message of each such span, so that it is known to
    /// within one and most messages cost one row instead of three. Part of the log's format, because replays must write the same.
    /// </summary>
    public const long ActivitySpanMs = 60_000;

    /// <summary>Messages of a conversation within which a repeated client id is recognised.</summary>
    public const int DedupeWindow = 1_024;

    /// <summary>Messages that one order to erase names: a bound on what Persist reads and writes for it.</summary>
    public const int MaxErasedMessages = 1_000;

    /// <summary>Bytes of a frame the Android client accepts (protocol chapter 01 section 3): 400 KiB with the header.</summary>
    public const int MaxClientFrameBytes = 409_600;

    /// <summary>Members of a group at most.</summary>
    public const int MaxGroupMembers = 100_000;

    /// <summary>Bytes of a push token; Apple's have 64 today, Google's some 200.</summary>
    public const int MaxDeviceTokenBytes = 4_096;
}
