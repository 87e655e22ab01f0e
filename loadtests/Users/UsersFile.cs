using System.Text.Json;

namespace BrokerIm.LoadTests.Users;

/// <summary>Users files: the format that <c>brokerim users import</c> reads.</summary>
internal static class UsersFile
{
    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static async Task<IReadOnlyList<LoadUser>> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<List<LoadUser>>(stream, s_format, cancellationToken) ?? [];
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file}: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a file of accounts with one password: <c>load00001</c> and so on.</summary>
    public static async Task WriteAsync(FileInfo file, int count, string password, CancellationToken cancellationToken)
    {
        await using var stream = file.Create();
        var users = Enumerable.Range(1, count).Select(number => new LoadUser($"load{number:00000}", password));
        await JsonSerializer.SerializeAsync(stream, users, s_format, cancellationToken);
    }
}
