using System.Net.Sockets;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Support;

/// <summary>One client's connection to the <see cref="ScriptedServer"/>.</summary>
internal sealed class ScriptedConnection(Socket socket) : IAsyncDisposable
{
    private readonly PduConnection _connection = new(socket, maxFrameBytes: 1 << 20);

    /// <summary>What the client said about itself.</summary>
    public IMLoginReq? LoginRequest { get; set; }

    public IAsyncEnumerable<ReceivedPdu> ReadAllAsync(CancellationToken cancellationToken) =>
        _connection.ReadAllAsync(cancellationToken);

    /// <summary>Sends one frame.</summary>
    public void Send(ushort command, ushort sequence, IMessage body)
    {
        _connection.TryWrite(command, sequence, body);
        _connection.Flush();
    }

    /// <summary>Pushes messages, in this order and in one piece.</summary>
    public void Push(params ReadOnlySpan<IMMsgData> messages)
    {
        foreach (var message in messages)
            _connection.TryWrite(Command.MsgData, sequence: 0, message);
        _connection.Flush();
    }

    /// <summary>Whether it was cut: what had arrived by then and was not looked at is lost.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Ends the connection without a word.</summary>
    public void Cut()
    {
        IsCut = true;
        _connection.Close();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
