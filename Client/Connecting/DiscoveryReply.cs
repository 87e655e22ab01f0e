using System.Globalization;
using System.Text.Json;

namespace BrokerIm.Client.Connecting;

/// <summary>What discovery answers: where a server with room is (protocol chapter 02 section 1.1).</summary>
/// <param name="PriorIp">Address to try first.</param>
/// <param name="BackupIp">Second address of the same server; empty when there is none.</param>
/// <param name="Port">Port of both.</param>
internal sealed record DiscoveryReply(string PriorIp, string BackupIp, int Port)
{
    /// <summary>Reads the reply.</summary>
    /// <exception cref="ImConnectionException">It is not a discovery reply, or it says that there is no server.</exception>
    public static DiscoveryReply Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var reply = document.RootElement;
            var code = NumberOf(reply, "code") ?? throw new ImConnectionException("The discovery reply has no 'code'.");
            if (code != 0)
                throw new ImConnectionException($"Discovery knows no server: code {code}, '{TextOf(reply, "msg")}'.");

            var ip = TextOf(reply, "priorIP");
            var port = NumberOf(reply, "port");
            return ip.Length > 0 && port is > 0 and <= 65_535
                ? new(ip, TextOf(reply, "backupIP"), port.Value)
                : throw new ImConnectionException("The discovery reply names no address and port.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ImConnectionException("The discovery reply is not a JSON object.", exception);
        }
    }

    private static string TextOf(JsonElement reply, string key) =>
        reply.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    // The original writes the code as a number and the port as text; either may be either.
    private static int? NumberOf(JsonElement reply, string key)
    {
        if (!reply.TryGetProperty(key, out var value))
            return null;

        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            JsonValueKind.String when int.TryParse(
                value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }
}
