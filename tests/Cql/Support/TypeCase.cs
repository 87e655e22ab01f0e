using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>A CQL type with arbitrary values of it, which can be written, read, and told to another program.</summary>
internal abstract class TypeCase(CqlType type)
{
    public CqlType Type => type;

    /// <summary>The type as a column is declared.</summary>
    public string Declaration => type.Code == CqlTypeCode.Tuple ? $"frozen<{type}>" : type.ToString();

    public abstract IReadOnlyList<object> Samples(int count);

    public abstract void Add(CqlValues values, object value);

    public abstract object Get(CqlRows rows, int column);

    /// <summary>The one text for the value that <c>driver.py</c> describes.</summary>
    public abstract JsonNode Tell(object value);

    public override string ToString() => type.ToString();
}

internal sealed class TypeCase<T>(CqlType type, CqlCodec<T> codec, Gen<T> values, Func<T, JsonNode> tell) : TypeCase(type)
    where T : notnull
{
    private const int SampleSize = 20;

    public override IReadOnlyList<object> Samples(int count) => [.. values.Sample(count, SampleSize).Cast<object>()];

    public override void Add(CqlValues all, object value) => all.Add((T)value, codec);

    public override object Get(CqlRows rows, int column) => rows.Get(column, codec);

    public override JsonNode Tell(object value) => tell((T)value);

    public TypeCase<IReadOnlyList<T>> AsList() => new(
        CqlTypes.List(Type), CqlCodec.List(codec), values.ArrayOf().Select(list => (IReadOnlyList<T>)list),
        list => new JsonArray([.. list.Select(tell)]));

    public TypeCase<IReadOnlySet<T>> AsSet() => new(
        CqlTypes.Set(Type), CqlCodec.Set(codec),
        values.ArrayOf().Select(list => (IReadOnlySet<T>)list.DistinctBy(item => tell(item).ToJsonString()).ToHashSet()),
        set => InOrder(set.Select(tell)));

    public TypeCase<IReadOnlyDictionary<T, TValue>> AsMapTo<TValue>(TypeCase<TValue> other)
        where TValue : notnull => new(
        CqlTypes.Map(Type, other.Type), CqlCodec.Map(codec, other.Codec),
        Gen.Zip(values, other.Values).ArrayOf().Select(pairs => (IReadOnlyDictionary<T, TValue>)pairs
            .DistinctBy(pair => tell(pair.Item1).ToJsonString()).ToDictionary(pair => pair.Item1, pair => pair.Item2)),
        map => InOrder(map.Select(pair => new JsonArray(tell(pair.Key), other.Tell(pair.Value)))));

    public TypeCase<(T, TOther)> WithField<TOther>(TypeCase<TOther> other)
        where TOther : notnull => new(
        CqlTypes.Tuple(Type, other.Type), CqlCodec.Tuple(codec, other.Codec),
        Gen.Zip(values, other.Values).Select(pair => (pair.Item1, pair.Item2)),
        tuple => new JsonArray(tell(tuple.Item1), other.Tell(tuple.Item2)));

    private CqlCodec<T> Codec => codec;

    private Gen<T> Values => values;

    private static JsonArray InOrder(IEnumerable<JsonNode> nodes) =>
        [.. nodes.OrderBy(node => node.ToJsonString(JsonSerializerOptions.Default), StringComparer.Ordinal)];
}
