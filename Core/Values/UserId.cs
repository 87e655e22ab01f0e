namespace BrokerIm.Core.Values;

/// <summary>A user, 1 to 2^31-1: Java clients read ids as signed (protocol chapter 01 section 7).</summary>
public readonly record struct UserId(uint Value) : IComparable<UserId>
{
    /// <summary>Largest id given to anybody.</summary>
    public const uint MaxValue = int.MaxValue;

    /// <summary>Whether the number can be a user at all.</summary>
    public bool IsValid => Value is >= 1 and <= MaxValue;

    public static bool operator <(UserId left, UserId right) => left.Value < right.Value;

    public static bool operator >(UserId left, UserId right) => left.Value > right.Value;

    public static bool operator <=(UserId left, UserId right) => left.Value <= right.Value;

    public static bool operator >=(UserId left, UserId right) => left.Value >= right.Value;

    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
