namespace BrokerIm.Faults.Cells;

/// <summary>What is done to a component.</summary>
internal enum Fault
{
    /// <summary><c>kill -9</c>, a while without it, and a start on the same data.</summary>
    Kill,

    /// <summary>SIGSTOP for longer than its sessions last, then SIGCONT: it wakes as a zombie.</summary>
    Pause,

    /// <summary>SIGTERM and a start.</summary>
    Restart,

    /// <summary>All connections of its links are reset, several times.</summary>
    Reset,

    /// <summary>Its links let nothing pass.</summary>
    Blackhole,

    /// <summary>Its links have 100 to 200 ms more each way and 128 KiB/s.</summary>
    Slow,

    /// <summary>Not one byte is free where it has its data.</summary>
    FullDisk,

    /// <summary>Its data is gone.</summary>
    Wipe,
}
