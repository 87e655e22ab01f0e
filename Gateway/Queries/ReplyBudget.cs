using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using Google.Protobuf;

namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Keeps a reply with a list below the largest frame the Android client accepts; a larger one it throws away as a whole.
/// </summary>
internal struct ReplyBudget(int bytes = ReplyBudget.ListBytes)
{
    /// <summary>Room for the list: the frame without its header and the few numbers beside the list.</summary>
    public const int ListBytes = Limits.MaxClientFrameBytes - FrameHeader.Size - 64;

    private const int TagBytes = 1;

    private int _left = bytes;

    /// <summary>Takes room for one more list element if there is enough.</summary>
    public bool TryTake(IMessage element) => TryTake(SizeOf(element));

    /// <summary>Takes room for elements of a known size if there is enough.</summary>
    public bool TryTake(int elementBytes)
    {
        if (elementBytes > _left)
            return false;

        _left -= elementBytes;
        return true;
    }

    /// <summary>Bytes of a list element with its tag and length.</summary>
    public static int SizeOf(IMessage element)
    {
        var size = element.CalculateSize();
        return TagBytes + CodedOutputStream.ComputeLengthSize(size) + size;
    }
}
