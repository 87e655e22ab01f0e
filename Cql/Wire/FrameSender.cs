using System.IO.Pipelines;

namespace BrokerIm.Cql.Wire;

/// <summary>
/// Sends frames in the order in which they are added. While one send is under way others gather and go out together, so the more
/// there is to do, the fewer system calls it takes.
/// </summary>
internal sealed class FrameSender
{
    private const int SegmentBytes = 64 * 1024;

    // What is in flight is bounded by the stream ids, so the pipe itself needs no limit.
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    private readonly Lock _gate = new();
    private bool _ended;

    /// <summary>Adds a frame; it is copied.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="stream">Goes into its header.</param>
    /// <returns>False if nothing is sent any more.</returns>
    public bool TryAdd(ReadOnlySpan<byte> frame, short stream)
    {
        lock (_gate)
        {
            if (_ended)
                return false;

            var writer = _pipe.Writer;
            var header = writer.GetSpan(FrameHeader.Size);
            frame[..FrameHeader.Size].CopyTo(header);
            System.Buffers.Binary.BinaryPrimitives.WriteInt16BigEndian(header[FrameHeader.StreamOffset..], stream);
            writer.Advance(FrameHeader.Size);
            System.Buffers.BuffersExtensions.Write(writer, frame[FrameHeader.Size..]);

            // Without a limit a flush ends at once; all it does is wake the sending side.
            var flush = writer.FlushAsync(CancellationToken.None);
            return flush.IsCompletedSuccessfully && !flush.Result.IsCompleted;
        }
    }

    /// <summary>No more frames; what has been added is still sent.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            _pipe.Writer.Complete();
        }
    }

    /// <summary>Sends until <see cref="End"/>.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await _pipe.Reader.ReadAsync(cancellationToken);
                foreach (var segment in read.Buffer)
                    await stream.WriteAsync(segment, cancellationToken);
                _pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        finally
        {
            End();
            await _pipe.Reader.CompleteAsync();
        }
    }
}
