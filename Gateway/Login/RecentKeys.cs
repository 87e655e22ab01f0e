using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// A bounded table by names and addresses of strangers, which may be long and many: it holds hashes, and the entry not used for
/// longest makes room for a new one. For one caller at a time.
/// </summary>
/// <typeparam name="TValue">What is kept.</typeparam>
internal sealed class RecentKeys<TValue>(int max)
    where TValue : class, new()
{
    private readonly Dictionary<UInt128, LinkedListNode<(UInt128 Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(UInt128 Key, TValue Value)> _longestAgoFirst = [];

    /// <summary>The key of one text.</summary>
    public static UInt128 KeyOf(string text) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The value of a key, a new one if there is none.</summary>
    public TValue Use(UInt128 key)
    {
        if (_nodes.TryGetValue(key, out var node))
        {
            _longestAgoFirst.Remove(node);
            _longestAgoFirst.AddLast(node);
            return node.Value.Value;
        }

        if (_nodes.Count == max && _longestAgoFirst.First is { } oldest)
        {
            _nodes.Remove(oldest.Value.Key);
            _longestAgoFirst.RemoveFirst();
        }

        var value = new TValue();
        _nodes[key] = _longestAgoFirst.AddLast((key, value));
        return value;
    }

    /// <summary>The value of a key, if there is one; its age stays.</summary>
    public bool TryFind(UInt128 key, [NotNullWhen(true)] out TValue? value)
    {
        value = _nodes.GetValueOrDefault(key)?.Value.Value;
        return value is not null;
    }

    /// <summary>Forgets a key.</summary>
    public void Remove(UInt128 key)
    {
        if (_nodes.Remove(key, out var node))
            _longestAgoFirst.Remove(node);
    }
}
