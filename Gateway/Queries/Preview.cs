using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Newest content of a conversation in lists of conversations. Mobile clients decrypt it whatever its type, so what stands in for
/// content is encrypted like a text, under the key compiled into all clients (protocol chapter 03 sections 5.1 and 10.1).
/// </summary>
internal static class Preview
{
    /// <summary>Longer content is replaced, so that a hundred conversations fit into one frame.</summary>
    public const int MaxBytes = 3 * 1024;

    /// <summary>What a list says of a conversation besides the preview, in bytes at most.</summary>
    public const int EntryBytes = 48;

    /// <summary>"[语音]", encrypted.</summary>
    public static ByteString Audio { get; } = ByteString.CopyFromUtf8("QhGXlpFjvMFUNrtl1aaPzA==");

    /// <summary>"…", encrypted: there is a message, and it is too long for a list.</summary>
    public static ByteString Ellipsis { get; } = ByteString.CopyFromUtf8("ZyW3MBko0CVEFePfc2Q90w==");

    /// <summary>What to show of content of a type.</summary>
    public static ByteString Of(MsgType type, ByteString data) => type switch
    {
        MsgType.SingleAudio or MsgType.GroupAudio => Audio,
        _ when data.Length > MaxBytes => Ellipsis,
        _ => data,
    };

    /// <summary>
    /// Replaces previews from the end of a long list, so that all of it fits into one frame: no conversation may be missing.
    /// </summary>
    public static void Shorten(Span<ByteString?> previews)
    {
        var left = ReplyBudget.ListBytes - previews.Length * (EntryBytes + Ellipsis.Length);
        foreach (ref var preview in previews)
        {
            if (preview is null || preview.Length <= Ellipsis.Length)
                continue;
            if (preview.Length - Ellipsis.Length > left)
                preview = Ellipsis;
            else
                left -= preview.Length - Ellipsis.Length;
        }
    }
}
