using System.Buffers;
using System.Globalization;
using System.Text.Json;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>The bodies of discovery, in the keys and types that clients insist on (protocol chapter 02 sections 1.1 and 1.3).</summary>
internal static class DiscoveryJson
{
    /// <summary>Where to connect to. The port is a text; both picture URLs must be there, or Android fails.</summary>
    public static byte[] Write(GatewayChoice choice, string pictures, string pageList) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", (int)choice.Result);
        json.WriteString("msg", Text(choice.Result));
        if (choice.Result == ResultType.Ok)
        {
            json.WriteString("priorIP", choice.Prior.ToString());
            json.WriteString("backupIP", choice.Backup.ToString());
            json.WriteString("port", choice.Port.ToString(CultureInfo.InvariantCulture));
            json.WriteString("msfsPrior", pictures);
            json.WriteString("msfsBackup", pictures);
            json.WriteString("discovery", pageList);
        }

        json.WriteEndObject();
    });

    /// <summary>The discovery page list.</summary>
    public static byte[] Write(IEnumerable<DiscoveryItem> items) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WriteString("itemName", item.Name);
            json.WriteString("itemUrl", item.Url);
            json.WriteNumber("itemPriority", item.Priority);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Text(ResultType result) => result switch
    {
        ResultType.Ok => "",
        ResultType.MsgServerFull => "every server is full, please try again later",
        _ => "no server is available, please try again later",
    };

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
