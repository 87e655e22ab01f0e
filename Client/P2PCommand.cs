using System.Globalization;
using System.Text.Json;

namespace BrokerIm.Client;

/// <summary>What clients say to each other without it being kept, as far as they agree on it (protocol chapter 02 section 9).</summary>
/// <param name="Service">Group of commands; JSON <c>service_id</c>.</param>
/// <param name="Id">Which command; JSON <c>cmd_id</c>.</param>
/// <param name="Content">What goes with it; JSON <c>content</c>.</param>
public sealed record P2PCommand(uint Service, uint Id, string Content)
{
    /// <summary>Shakes the window of the receiver.</summary>
    public static readonly P2PCommand ShakeWindow = new(1, 0x1_0001, "shakewindow");

    /// <summary>The sender is writing a message.</summary>
    public static readonly P2PCommand Writing = new(2, 0x2_0001, "writing");

    /// <summary>The sender has stopped writing.</summary>
    public static readonly P2PCommand StoppedWriting = new(2, 0x2_0002, "stop writing");

    /// <summary>As it goes over the wire.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("service_id", Service);
            writer.WriteNumber("cmd_id", Id);
            writer.WriteString("content", Content);
            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Reads it; null when it is something else that two clients have agreed on.</summary>
    public static P2PCommand? TryParse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var command = document.RootElement;
            return command.ValueKind == JsonValueKind.Object
                && NumberOf(command, "service_id") is { } service
                && NumberOf(command, "cmd_id") is { } id
                ? new(service, id, TextOf(command, "content"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string TextOf(JsonElement command, string key) =>
        command.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    // No schema says which of the two it is, so either may be either.
    private static uint? NumberOf(JsonElement command, string key)
    {
        if (!command.TryGetProperty(key, out var value))
            return null;

        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetUInt32(out var number) => number,
            JsonValueKind.String when uint.TryParse(
                value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }
}
