namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Who owns what. The hash values of partition keys form a ring; each node has tokens on it and owns, for each, the range from the
/// token before (excluded) up to its own (included).
/// </summary>
internal sealed class TokenRing
{
    private readonly long[] _tokens;
    private readonly int[] _owners;

    /// <param name="nodes">Owners are given as indices into this.</param>
    public TokenRing(IReadOnlyList<NodeRow> nodes)
    {
        var pairs = nodes.SelectMany((node, index) => node.Tokens.Select(token => (token, index))).Order().ToArray();
        _tokens = [.. pairs.Select(pair => pair.token)];
        _owners = [.. pairs.Select(pair => pair.index)];
    }

    /// <summary>Ranges of the ring; 0 when no node told its tokens.</summary>
    public int Count => _tokens.Length;

    /// <summary>The range that a token is in: that of the first token not below it, and past the last one the first range.</summary>
    public int RangeOf(long token)
    {
        var found = Array.BinarySearch(_tokens, token);
        var range = found >= 0 ? found : ~found;
        return range == _tokens.Length ? 0 : range;
    }

    /// <summary>The owners of a range and of those after it, once around the ring; a node occurs once for each of its tokens.</summary>
    public IEnumerable<int> OwnersFrom(int range)
    {
        for (var i = 0; i < _owners.Length; i++)
            yield return _owners[(range + i) % _owners.Length];
    }
}
