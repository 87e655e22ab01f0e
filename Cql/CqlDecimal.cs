using System.Numerics;

namespace BrokerIm.Cql;

/// <summary>A CQL decimal of any size: <paramref name="Unscaled"/> × 10^-<paramref name="Scale"/>. Equal only with the same scale.</summary>
/// <param name="Unscaled">All digits.</param>
/// <param name="Scale">How many of them stand behind the point; negative for zeros that are not written out.</param>
public readonly record struct CqlDecimal(BigInteger Unscaled, int Scale);
