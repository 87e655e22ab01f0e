using System.Buffers;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Connections;

/// <summary>
/// Sees to it that a frame, once begun, comes in: who sends a byte now and then is no more alive than who sends nothing, and holds
/// a buffer besides.
/// </summary>
internal sealed class FrameProgress(GatewayOptions options, TimeProvider time)
{
    private readonly double _ticksPerSecond = time.TimestampFrequency;

    /// <summary>Takes note of what a reading has brought.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="buffer">Everything that was there.</param>
    /// <param name="rest">Where the frame begins that is not complete.</param>
    /// <param name="begunAt">When its first byte came; one variable for each connection, 0 at first and while there is none.</param>
    public void Note(Session session, in ReadOnlySequence<byte> buffer, SequencePosition rest, ref long begunAt)
    {
        if (options.FrameBytesPerSecond == 0)
            return;

        var here = buffer.Slice(rest).Length;
        if (here == 0)
        {
            begunAt = 0;
            session.ExpectNothing();
            return;
        }

        // Frames before it were completed meanwhile, so this one has only begun.
        if (begunAt == 0 || here < buffer.Length)
            begunAt = time.GetTimestamp();
        var allowed = options.FrameGrace.TotalSeconds + ((double)here / options.FrameBytesPerSecond);
        session.ExpectMoreBy(begunAt + (long)(allowed * _ticksPerSecond));
    }
}
