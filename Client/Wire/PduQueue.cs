using System.Threading.Channels;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Wire;

/// <summary>Copies frames into a channel and waits when it is full.</summary>
internal sealed class PduQueue(ChannelWriter<ReceivedPdu> frames) : IPduReceiver
{
    private readonly List<ReceivedPdu> _batch = [];

    public void OnFrame(in FrameHeader header, ReadOnlySpan<byte> body) => _batch.Add(new(header, body.ToArray()));

    public async ValueTask OnBatchAsync()
    {
        foreach (var frame in _batch)
        {
            while (!frames.TryWrite(frame))
            {
                // The reader has gone away, and with it the interest in the rest.
                if (!await frames.WaitToWriteAsync())
                    return;
            }
        }

        _batch.Clear();
    }
}
