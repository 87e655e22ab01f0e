using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>One message of a conversation.</summary>
public sealed class ChatMessage
{
    private readonly TextCipher _cipher;
    private string? _text;
    private bool _decrypted;

    internal ChatMessage(
        Peer peer, uint id, uint from, uint timeSeconds, MsgType type, ReadOnlyMemory<byte> data, TextCipher cipher)
    {
        Peer = peer;
        Id = id;
        From = from;
        Time = DateTimeOffset.FromUnixTimeSeconds(timeSeconds);
        Type = type;
        Data = data;
        _cipher = cipher;
    }

    /// <summary>The conversation: the other user, also when the message is one's own; or the group.</summary>
    public Peer Peer { get; }

    /// <summary>Rank in the conversation: 1, 2, 3 and so on without gaps.</summary>
    public uint Id { get; }

    /// <summary>Who sent it.</summary>
    public uint From { get; }

    /// <summary>When, by the server's clock, to the second.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Text or audio, single or group.</summary>
    public MsgType Type { get; }

    /// <summary>Content as it was sent: wrapped text, or audio (protocol chapter 03 section 10).</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The text; null for audio and for data that does not unwrap with the client's key.</summary>
    public string? Text
    {
        get
        {
            // Two readers at once unwrap the same text twice, to the same end.
            if (!_decrypted)
            {
                if (Type is MsgType.SingleText or MsgType.GroupText && _cipher.TryDecrypt(Data.Span, out var text))
                    _text = text;
                _decrypted = true;
            }

            return _text;
        }
    }

    internal static ChatMessage Of(Peer peer, MsgInfo info, TextCipher cipher) =>
        new(peer, info.MsgId, info.FromSessionId, info.CreateTime, info.MsgType, info.MsgData.Memory, cipher);

    public override string ToString() => $"message {Id} with {Peer}";
}
