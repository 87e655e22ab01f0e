using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>
/// XMPP with stream management (XEP-0198): messages go to the partner's full address, and the server says how many stanzas it has
/// taken over. It is asked once for all messages that leave together, and answered whenever it asks.
/// </summary>
internal sealed class XmppConnection : ByteConnection
{
    private const string Resource = "load";
    private static readonly byte[] s_request = "<r xmlns='urn:xmpp:sm:3'/>"u8.ToArray();

    private readonly byte[] _head;
    private readonly StringBuilder _greeting = new();
    private readonly SemaphoreSlim _heard = new(0);
    private byte[] _data = [];
    private byte[] _stanza = [];
    private volatile bool _isOpen;
    private int _unasked;
    private long _acked;
    private uint _taken;

    private XmppConnection(Socket socket, string host, string partner, ITalkListener listener, WireMeter wire)
        : base(socket, listener, wire) =>
        _head = Encoding.ASCII.GetBytes($"<message to='{partner}@{host}/{Resource}' type='chat'><body>");

    /// <summary>Connects, logs in with any password, and turns stream management on.</summary>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    public static async Task<XmppConnection> ConnectAsync(
        EndPoint server, string host, string user, string partner, ITalkListener listener, WireMeter wire, CancellationToken cancellationToken)
    {
        var connection = new XmppConnection(await OpenAsync(server, cancellationToken), host, partner, listener, wire);
        connection.Start();
        try
        {
            var opening = $"<?xml version='1.0'?><stream:stream to='{host}' xmlns='jabber:client' "
                + "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
            var proof = Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{user}\0any"));
            await connection.AskAsync(opening, "</stream:features>", cancellationToken);
            await connection.AskAsync(
                $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>", "<success", cancellationToken);
            await connection.AskAsync(opening, "</stream:features>", cancellationToken);
            await connection.AskAsync(
                $"<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{Resource}</resource></bind></iq>",
                "</iq>", cancellationToken);
            await connection.AskAsync("<enable xmlns='urn:xmpp:sm:3'/>", "<enabled", cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Send(in SendWindow.Slot slot, ReadOnlySpan<byte> data)
    {
        var tail = "</body></message>"u8;
        var text = Base64.GetMaxEncodedToUtf8Length(data.Length);
        if (_stanza.Length != _head.Length + text + tail.Length)
            _stanza = new byte[_head.Length + text + tail.Length];
        _head.CopyTo(_stanza, 0);
        Base64.EncodeToUtf8(data, _stanza.AsSpan(_head.Length), out _, out var written);
        tail.CopyTo(_stanza.AsSpan(_head.Length + written));
        Write(_stanza);
        Volatile.Write(ref _unasked, 1);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (Interlocked.Exchange(ref _unasked, 0) == 1)
            Write(s_request);
        base.Flush();
    }

    /// <inheritdoc/>
    public override void Beat()
    {
        Write(" "u8);
        base.Flush();
    }

    /// <inheritdoc/>
    protected override int Take(ReadOnlySpan<byte> received)
    {
        if (!_isOpen)
        {
            lock (_greeting)
                _greeting.Append(Encoding.UTF8.GetString(received));
            _heard.Release();
            return received.Length;
        }

        var used = 0;
        while (TryReadStanza(received[used..], out var stanza, out var length))
        {
            used += length;
            if (stanza.StartsWith("<message"u8))
                OnMessage(stanza);
            else if (stanza.StartsWith("<a "u8))
                OnAcked(NumberIn(stanza));
            else if (stanza.StartsWith("<r "u8) || stanza.StartsWith("<r/"u8))
                Write(Encoding.ASCII.GetBytes($"<a xmlns='urn:xmpp:sm:3' h='{_taken}'/>"));
            else if (stanza.StartsWith("<presence"u8) || stanza.StartsWith("<iq"u8))
                _taken++;
            else
                throw new InvalidDataException(Encoding.UTF8.GetString(stanza));
        }

        return used;
    }

    /// <summary>Reads one element of the stream's top level, white space before it left out; false while it is not complete.</summary>
    internal static bool TryReadStanza(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> stanza, out int length)
    {
        stanza = default;
        length = 0;
        var start = received.IndexOf((byte)'<');
        if (start < 0)
            return false;

        var rest = received[start..];
        var headEnd = rest.IndexOf((byte)'>');
        if (headEnd < 0)
            return false;
        if (rest[headEnd - 1] == '/' || rest.StartsWith("</"u8))
        {
            stanza = rest[..(headEnd + 1)];
        }
        else
        {
            var nameEnd = rest[..headEnd].IndexOfAny((byte)' ', (byte)'\n');
            var name = rest[1..(nameEnd < 0 ? headEnd : nameEnd)];
            Span<byte> closing = stackalloc byte[name.Length + 3];
            "</"u8.CopyTo(closing);
            name.CopyTo(closing[2..]);
            closing[^1] = (byte)'>';
            var end = rest.IndexOf(closing);
            if (end < 0)
                return false;
            stanza = rest[..(end + closing.Length)];
        }

        length = start + stanza.Length;
        return true;
    }

    private async Task AskAsync(string question, string answer, CancellationToken cancellationToken)
    {
        lock (_greeting)
            _greeting.Clear();
        Write(Encoding.UTF8.GetBytes(question));
        base.Flush();
        while (true)
        {
            string heard;
            lock (_greeting)
                heard = _greeting.ToString();
            if (heard.Contains(answer, StringComparison.Ordinal))
            {
                _isOpen = answer == "<enabled";
                return;
            }

            if (Ended.IsCompleted || heard.Contains("<failure", StringComparison.Ordinal) || heard.Contains("type='error'", StringComparison.Ordinal))
                throw new InvalidOperationException($"The server answered '{question}' with '{heard}'.");
            await Task.WhenAny(_heard.WaitAsync(cancellationToken), Ended).WaitAsync(cancellationToken);
        }
    }

    private void OnMessage(ReadOnlySpan<byte> stanza)
    {
        _taken++;
        var from = stanza.IndexOf("<body>"u8);
        var to = stanza.IndexOf("</body>"u8);
        if (from < 0 || to < 0)
            return;

        var text = stanza[(from + 6)..to];
        if (_data.Length < text.Length)
            _data = new byte[text.Length];
        Base64.DecodeFromUtf8(text, _data, out _, out var written);
        Listener.OnMessage(_data.AsSpan(0, written), id: 0);
    }

    private void OnAcked(long count)
    {
        for (; _acked < count; _acked++)
            Listener.OnAck(_acked, sequence: 0, id: 0, SendStatus.Stored);
    }

    private static long NumberIn(ReadOnlySpan<byte> stanza)
    {
        var at = stanza.IndexOf(" h="u8);
        return at >= 0 && Utf8Parser.TryParse(stanza[(at + 4)..], out long number, out _)
            ? number
            : throw new InvalidDataException(Encoding.UTF8.GetString(stanza));
    }
}
