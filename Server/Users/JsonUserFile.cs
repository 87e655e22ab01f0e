using System.Text.Json;

namespace BrokerIm.Server.Users;

/// <summary>Reads users from a JSON array of objects. An element that is wrong costs itself; broken JSON costs the rest.</summary>
internal static class JsonUserFile
{
    private static readonly JsonReaderOptions s_lenient = new()
    {
        AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>Reads all rows, good and bad, in the order of the file.</summary>
    public static IReadOnlyList<ImportRow> Read(ReadOnlySpan<byte> file)
    {
        // A byte order mark is no JSON, but common.
        file = file.StartsWith("\uFEFF"u8) ? file[3..] : file;
        List<ImportRow> rows = [];
        var reader = new Utf8JsonReader(file, s_lenient);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return [ImportRow.Wrong("line 1", "the file must be an array of objects: [{\"name\": …}, …].")];

            var line = 1;
            var counted = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                line += file[counted..(int)reader.TokenStartIndex].Count((byte)'\n');
                counted = (int)reader.TokenStartIndex;
                var place = $"element {rows.Count + 1} (line {line})";
                rows.Add(RowOf(place, JsonElement.ParseValue(ref reader)));
            }
        }
        catch (JsonException exception)
        {
            // Where one element ends and the next begins cannot be known any more.
            rows.Add(ImportRow.Wrong(
                $"line {exception.LineNumber + 1}", $"not JSON, so the rest of the file cannot be read: {exception.Message}"));
        }

        return rows;
    }

    private static ImportRow RowOf(string place, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return ImportRow.Wrong(place, $"this is a JSON {element.ValueKind}; it must be an object.");

        Dictionary<string, string> fields = [];
        foreach (var property in element.EnumerateObject())
        {
            var text = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Number => property.Value.GetRawText(),
                JsonValueKind.Null => "",
                _ => null,
            };
            if (text is null)
                return ImportRow.Wrong(place, $"'{property.Name}' must be a text or a number.");
            if (!fields.TryAdd(property.Name, text))
                return ImportRow.Wrong(place, $"'{property.Name}' is there twice.");
        }

        return ImportRow.From(place, fields);
    }
}
