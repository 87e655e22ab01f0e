namespace BrokerIm.Cql.Types;

/// <summary>Codecs by CLR type, found once per type. Not kept by the codecs themselves, which are made before they can be found.</summary>
internal static class CodecsOf<T>
{
    private static readonly CqlCodec<T>? s_scalar = Scalars.Find<T>();

    public static CqlCodec<T> Scalar => s_scalar ?? throw new CqlTypeException(
        $"No CQL type is written or read as {typeof(T)}. There are {Scalars.Names}; codecs of collections are made by {nameof(CqlCodec)}.");

    public static CqlCodec<IReadOnlyList<T>> List => field ??= CqlCodec.List(Scalar);

    public static CqlCodec<IReadOnlySet<T>> Set => field ??= CqlCodec.Set(Scalar);
}

/// <summary>The same for two CLR types.</summary>
internal static class CodecsOf<T1, T2>
{
    public static CqlCodec<(T1, T2)> Tuple => field ??= CqlCodec.Tuple(CodecsOf<T1>.Scalar, CodecsOf<T2>.Scalar);
}

/// <summary>The same for three CLR types.</summary>
internal static class CodecsOf<T1, T2, T3>
{
    public static CqlCodec<(T1, T2, T3)> Tuple =>
        field ??= CqlCodec.Tuple(CodecsOf<T1>.Scalar, CodecsOf<T2>.Scalar, CodecsOf<T3>.Scalar);
}

/// <summary>The same for maps.</summary>
internal static class MapCodecOf<TKey, TValue>
    where TKey : notnull
{
    public static CqlCodec<IReadOnlyDictionary<TKey, TValue>> Map => field ??= CqlCodec.Map(CodecsOf<TKey>.Scalar, CodecsOf<TValue>.Scalar);
}
