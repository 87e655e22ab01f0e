using System.Buffers;
using System.IO.Pipelines;

namespace BrokerIm.Cql.Wire;

/// <summary>Cuts what is received into answers.</summary>
internal static class FrameReceiver
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Receives until the peer closes the connection between two frames.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="maxLength">Largest body.</param>
    /// <param name="mayBeCompressed">Whether compression was agreed on.</param>
    /// <param name="take">Takes each answer over.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="CqlProtocolException">What came is no frame, or ends within one.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public static async Task RunAsync(
        Stream stream, int maxLength, bool mayBeCompressed, Action<FrameHeader, Answer> take, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                while (TryRead(ref buffer, maxLength, out var header, out var body))
                {
                    take(header, mayBeCompressed && header.Flags.HasFlag(FrameFlags.Compressed)
                        ? Lz4.Decompress(header, body, maxLength)
                        : Answer.Copy(header, body));
                }

                if (read.IsCompleted)
                {
                    if (buffer.Length > 0)
                        throw new CqlProtocolException("The connection ended within a frame.");
                    return;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TryRead(
        ref ReadOnlySequence<byte> buffer, int maxLength, out FrameHeader header, out ReadOnlySequence<byte> body)
    {
        (header, body) = (default, default);
        if (buffer.Length < FrameHeader.Size)
            return false;

        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(bytes);
        header = FrameHeader.ReadAnswer(bytes, maxLength);
        if (buffer.Length - FrameHeader.Size < header.Length)
            return false;

        body = buffer.Slice(FrameHeader.Size, header.Length);
        buffer = buffer.Slice(body.End);
        return true;
    }
}
