using System.Numerics;

namespace BrokerIm.LoadTests.Verifying;

/// <summary>A set of numbers from 0 upwards, one bit each.</summary>
internal sealed class NumberSet
{
    private ulong[] _bits = new ulong[4];

    /// <summary>How many numbers are in it.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a number; false when it is there already.</summary>
    public bool Add(long number)
    {
        var word = (int)(number >> 6);
        if (word >= _bits.Length)
            Array.Resize(ref _bits, Math.Max(word + 1, _bits.Length * 2));

        var bit = 1UL << (int)(number & 63);
        if ((_bits[word] & bit) != 0)
            return false;
        _bits[word] |= bit;
        Count++;
        return true;
    }

    /// <summary>How many numbers are in this set and not in the other.</summary>
    public long CountMissingFrom(NumberSet other)
    {
        long missing = 0;
        for (var word = 0; word < _bits.Length; word++)
            missing += BitOperations.PopCount(_bits[word] & ~(word < other._bits.Length ? other._bits[word] : 0));
        return missing;
    }
}
