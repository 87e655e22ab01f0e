using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>An HTTP exchange byte for byte: what old clients see, before any library has made it nicer.</summary>
/// <param name="Status">First line.</param>
/// <param name="Headers">Header lines without the date, sorted.</param>
/// <param name="Body">What follows them.</param>
/// <param name="Length">Bytes of it all.</param>
internal sealed record RawHttp(string Status, IReadOnlyList<string> Headers, string Body, int Length)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends a request and reads until the server closes.</summary>
    public static async Task<RawHttp> AskAsync(int port, string request)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);

        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, deadline.Token);
        var text = Encoding.UTF8.GetString(answer.ToArray());
        var parts = text.Split("\r\n\r\n", 2);
        var lines = parts[0].Split("\r\n");
        return new(
            lines[0],
            [.. lines[1..].Where(line => !line.StartsWith("Date: ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)],
            parts.Length > 1 ? parts[1] : "",
            (int)answer.Length);
    }

    /// <summary>A plain GET as a client sends it.</summary>
    public static Task<RawHttp> GetAsync(int port, string path = "/msg_server") =>
        AskAsync(port, $"GET {path} HTTP/1.1\r\nHost: im.example:8080\r\n\r\n");
}
