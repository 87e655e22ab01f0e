using System.Text.Json.Nodes;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Interop;

/// <summary>Our bytes and those of an independent client are the same, for every type; no server is needed for that.</summary>
public sealed class CodecInteropTests
{
    private const int SamplesOfEach = 200;

    [Fact]
    public async Task Both_clients_write_the_same_bytes_and_read_each_others()
    {
        TypeCase[] cases = [.. TypeCases.Old, .. TypeCases.New, .. TypeCases.Nested];
        var samples = cases.Select(type => type.Samples(SamplesOfEach)).ToArray();
        var tasks = cases.Zip(samples, (type, values) => new JsonObject
        {
            ["type"] = type.ToString(),
            ["values"] = new JsonArray([.. values.Select(type.Tell)]),
            ["hex"] = new JsonArray([.. values.Select(value => JsonValue.Create(Encode(type, value)))]),
        }.ToJsonString());

        var answers = (await PythonDriver.RunAsync(string.Join('\n', tasks), "codec")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(cases.Length, answers.Length);
        for (var i = 0; i < cases.Length; i++)
        {
            var (type, answer) = (cases[i], JsonNode.Parse(answers[i])!);
            for (var j = 0; j < SamplesOfEach; j++)
            {
                var told = type.Tell(samples[i][j]).ToJsonString();
                Assert.Equal($"{type} {told}", $"{type} {answer["decoded"]![j]!.ToJsonString()}");

                var theirs = (string)answer["encoded"]![j]!;
                AssertReads(type, told, theirs);
                if (HasOneForm(type.Type))
                    Assert.Equal($"{type} {theirs}", $"{type} {Encode(type, samples[i][j])}");
            }
        }
    }

    private static void AssertReads(TypeCase type, string told, string hex)
    {
        using var row = Sample.Cell(Convert.FromHexString(hex), type.Type);
        Assert.Equal(told, type.Tell(type.Get(row, 0)).ToJsonString());
    }

    /// <summary>Sets and maps are written in any order.</summary>
    private static bool HasOneForm(CqlType type) =>
        type.Code is not (CqlTypeCode.Set or CqlTypeCode.Map) && type.Parameters.All(HasOneForm);

    private static string Encode(TypeCase type, object value) => Sample.Hex(type.Type, values =>
    {
        type.Add(values, value);
        return values;
    });
}
