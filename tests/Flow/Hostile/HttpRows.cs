using System.Net;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Requests that no browser and no client sends, on the HTTP port of clients.</summary>
internal static class HttpRows
{
    private const string Get = "GET /msg_server HTTP/1.1\r\nHost: im\r\n";

    // Would be answered if the server took what is left of a request for the next one.
    private const string Smuggled = "GET /discovery HTTP/1.1\r\nHost: smuggled\r\n\r\n";

    public static readonly HostileRow[] All =
    [
        Gets("91 a request line of 64 KiB", "414", $"GET /{new string('a', 64 * 1024)} HTTP/1.1\r\nHost: im\r\n\r\n"),
        Gets("92 a thousand headers", "431", $"{Get}{string.Concat(Enumerable.Range(0, 1_000).Select(static i => $"X-{i}: 1\r\n"))}\r\n"),
        Gets("93 a header of 64 KiB", "431", $"{Get}X-Long: {new string('a', 64 * 1024)}\r\n\r\n"),
        Gets("94 a length and chunks", "413", $"POST /msg_server HTTP/1.1\r\nHost: im\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}"),
        Gets("95 two lengths", "400", $"{Get}Content-Length: 0\r\nContent-Length: 5\r\n\r\n{Smuggled}"),
        Gets("95 a length below zero", "400", $"{Get}Content-Length: -1\r\n\r\n"),
        Gets("96 a chunk of more than can be", "413", $"POST /msg_server HTTP/1.1\r\nHost: im\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n{Smuggled}"),
        Gets("97 chunks with a thousand trailers", "413",
            $"POST /msg_server HTTP/1.1\r\nHost: im\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{string.Concat(Enumerable.Range(0, 1_000).Select(static i => $"X-{i}: 1\r\n"))}\r\n"),

        // Allowed to be taken (RFC 9112 section 2.2), and nothing stands behind us that could read it otherwise.
        Gets("98 lines that end in LF alone", "200", "GET /msg_server HTTP/1.1\nHost: im\n\n"),
        Gets("98 NUL in a header", "400", $"{Get}X-Nul: a\0b\r\n\r\n"),
        Gets("98 a header folded over two lines", "400", $"{Get}X-Folded: a\r\n b\r\n\r\n"),
        Endless("100 a body without end", "Transfer-Encoding: chunked", "10000\r\n", "\r\n"),
        Endless("100 a body of a GiB", "Content-Length: 1073741824", "", ""),
        Gets("102 a packed body", "200", $"POST /msg_server HTTP/1.1\r\nHost: im\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
        Gets("107 another method in a header", "404", "POST /nothing HTTP/1.1\r\nHost: im\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Gets("108 TRACE", "404", "TRACE / HTTP/1.1\r\nHost: im\r\nCookie: secret\r\nConnection: close\r\n\r\n"),
        Gets("108 CONNECT", "404", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\nConnection: close\r\n\r\n"),
        Gets("108 a method there is not", "404", "BREW / HTTP/1.1\r\nHost: im\r\nConnection: close\r\n\r\n"),
        Gets("109 no host", "400", "GET /msg_server HTTP/1.1\r\n\r\n"),
        Gets("109 two hosts", "400", $"{Get}Host: other\r\n\r\n"),
        Gets("109 a host that is none", "400", "GET /msg_server HTTP/1.1\r\nHost: a b\"<script>\r\n\r\n"),
        Gets("109 another host in the line", "400", "GET http://other/msg_server HTTP/1.1\r\nHost: im\r\n\r\n"),
        Missing("110 up and out", "/..%2f..%2fetc/passwd"),
        Missing("110 dots twice encoded", "/%252e%252e/msg_server"),
        Missing("110 an empty part", "//msg_server"),
        Missing("110 a parameter", "/;/msg_server"),
        Missing("111 letters that look alike", "/%EF%BD%8D%EF%BD%93g_server"),
        Gets("111 bytes above ASCII", "400", "GET /\u00E9 HTTP/1.1\r\nHost: im\r\n\r\n"),
        Gets("112 a hundred ranges", "200", $"{Get}Range: bytes={string.Join(',', Enumerable.Range(0, 100).Select(static i => $"{i}-{i}"))}\r\n\r\n"),

        // Said in its own language: a GOAWAY.
        new("113 HTTP/2", async server => Assert.StartsWith(
            "\0\0\b\a", await AskAsync(server.Ports.Http, Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "HTTP/2"), StringComparison.Ordinal)),
        Gets("113 HTTP/1.1 to HTTP/2", "200", $"{Get}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"),
        Gets("114 a WebSocket with a bad key", "426", "GET /ws HTTP/1.1\r\nHost: im\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n"),
        WebSocket("114 a WebSocket frame of 2^63", Raw.Hex("82 FF FFFFFFFFFFFFFFFF 00000000")),
        WebSocket("114 a WebSocket frame without mask", Raw.Hex("82 10 00000010000100000007070100010000")),
        WebSocket("114 a ping in pieces", Raw.Hex("09 80 00000000")),
        WebSocket("114 a ping of 200 bytes", [.. Raw.Hex("89 FE 00C8 00000000"), .. new byte[200]]),
        WebSocket("114 reserved bits", Raw.Hex("F2 80 00000000")),
        WebSocket("114 a kind of frame there is not", Raw.Hex("83 80 00000000")),
        WebSocket("114 a continuation of nothing", Raw.Hex("80 80 00000000")),
        Missing("125 metrics", "/metrics"),
        Missing("125 health", "/health"),
        Missing("125 ready", "/ready"),
        Missing("125 admin", "/admin"),
    ];

    /// <summary>After these the server waits for more, or for the client's farewell.</summary>
    public static readonly HostileRow[] Patient =
    [
        Gets("101 asks whether to go on", "413", "POST /msg_server HTTP/1.1\r\nHost: im\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n"),
        WebSocket("114 a WebSocket frame of a GiB", Raw.Hex("82 FF 0000000040000000 00000000")),
        WebSocket("115 text", Raw.Hex("81 81 00000000 41")),
    ];

    private static HostileRow Missing(string name, string path) =>
        Gets(name, "404", $"GET {path} HTTP/1.1\r\nHost: im\r\nConnection: close\r\n\r\n");

    // One answer with this status, and then the end.
    private static HostileRow Gets(string name, string status, string request) => new(name, async server =>
    {
        var answer = await AskAsync(server.Ports.Http, Encoding.Latin1.GetBytes(request), name);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(1, Count(answer, "HTTP/1.1 "));
        Assert.DoesNotContain("smuggled", answer, StringComparison.Ordinal);
    });

    // The server does not take it all in.
    private static HostileRow Endless(string name, string header, string before, string after) => new(name, async server =>
    {
        const long TooMuch = 256L << 20;
        using var client = await ConnectAsync(server.Ports.Http);
        var stream = client.GetStream();
        var sent = 0L;
        var part = Encoding.ASCII.GetBytes($"{before}{new string('a', 0x10000)}{after}");
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /msg_server HTTP/1.1\r\nHost: im\r\n{header}\r\n\r\n"), Token);
            for (; sent < TooMuch; sent += part.Length)
                await stream.WriteAsync(part, Token);
        }
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            // That is what it should come to.
        }

        Assert.InRange(sent, 0, TooMuch - 1);
    });

    // Closed, with a code or without, and nobody is left inside.
    private static HostileRow WebSocket(string name, byte[] frame) => new(name, async server =>
    {
        var handshake = Encoding.ASCII.GetBytes(
            "GET /ws HTTP/1.1\r\nHost: im\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        using var client = await ConnectAsync(server.Ports.Http);
        var stream = client.GetStream();
        await stream.WriteAsync(handshake, Token);
        var answer = new byte["HTTP/1.1 101 ".Length];
        await stream.ReadExactlyAsync(answer, Token);
        Assert.Equal("HTTP/1.1 101 ", Encoding.Latin1.GetString(answer));

        // The frame comes once the answer is here: whoever breaks the protocol is cut off, and with him what he has not read yet.
        await AskAsync(stream, frame, new MemoryStream());
        await Eventually.HoldsAsync(() => server.OtherConnections == 0);
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        return client;
    }

    /// <summary>Sends it and reads to the end.</summary>
    private static async Task<string> AskAsync(int port, byte[] request, string name)
    {
        using var client = await ConnectAsync(port);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        await AskAsync(stream, request, answer);
        Assert.True(answer.Length > 0, $"No answer to: {name}");
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    private static async Task AskAsync(NetworkStream stream, byte[] request, MemoryStream answer)
    {
        try
        {
            await stream.WriteAsync(request, Token);
            await stream.CopyToAsync(answer, Token).Soon();
        }
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            // Reset, because it had no use for the rest. What it said before that is here.
        }
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
