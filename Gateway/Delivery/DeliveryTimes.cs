using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Looks into bodies that are opaque otherwise; only after a loss.</summary>
internal static class DeliveryTimes
{
    /// <summary>Time of the oldest message of a part in Unix milliseconds, or null when it holds none.</summary>
    public static long? OldestMs(PartitionDelivery part)
    {
        long? oldest = null;
        foreach (var item in part.Items)
        {
            if (item.Kind == DeliveryKind.Message && TimeOf(item.Body) is { } timeMs)
                oldest = Math.Min(oldest ?? timeMs, timeMs);
        }

        return oldest;
    }

    private static long? TimeOf(ByteString body)
    {
        try
        {
            return IMMsgData.Parser.ParseFrom(body).CreateTime * 1000L;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
