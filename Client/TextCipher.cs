using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Client;

/// <summary>
/// How TeamTalk clients wrap text (protocol chapter 03 section 10.1): AES-256 in ECB mode with a padding of its own, in Base64. The
/// key is compiled into every client, so this keeps nothing secret; it is a format.
/// </summary>
public sealed class TextCipher
{
    private const int BlockBytes = 16;
    private const int LengthBytes = 4;

    private readonly Aes _aes = Aes.Create();
    private readonly Lock _gate = new();

    /// <param name="key">32 bytes, the same for all clients of a server.</param>
    public TextCipher(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32)
            throw new ArgumentException($"The text key has {key.Length} bytes; it must have 32.", nameof(key));
        _aes.Key = key.ToArray();
    }

    /// <summary>With the key that unmodified clients carry.</summary>
    public static TextCipher Default { get; } = new("12345678901234567890123456789012"u8);

    /// <summary>The message data for a text.</summary>
    public byte[] Encrypt(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);

        // The text, zeros, and its length in the last four bytes; so those four must be free.
        var padded = new byte[(length + LengthBytes + BlockBytes - 1) / BlockBytes * BlockBytes];
        Encoding.UTF8.GetBytes(text, padded);
        BinaryPrimitives.WriteInt32BigEndian(padded.AsSpan(padded.Length - LengthBytes), length);

        var data = new byte[Base64.GetMaxEncodedToUtf8Length(padded.Length)];
        lock (_gate)
            _aes.EncryptEcb(padded, data, PaddingMode.None);
        Base64.EncodeToUtf8InPlace(data, padded.Length, out _);
        return data;
    }

    /// <summary>The text in message data; false when the data was not made by <see cref="Encrypt"/> with this key.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> data, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var padded = data.ToArray();
        if (Base64.DecodeFromUtf8InPlace(padded, out var size) != System.Buffers.OperationStatus.Done
            || size == 0
            || size % BlockBytes != 0)
            return false;

        var plain = new byte[size];
        lock (_gate)
            _aes.DecryptEcb(padded.AsSpan(0, size), plain, PaddingMode.None);

        var length = BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(size - LengthBytes));
        if (length < 0 || length > size - LengthBytes)
            return false;

        text = Encoding.UTF8.GetString(plain, 0, length);
        return true;
    }
}
