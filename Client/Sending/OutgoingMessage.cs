using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sending;

/// <summary>A message from the call that sends it to its outcome. Guarded by the queue that holds it.</summary>
internal sealed class OutgoingMessage
{
    private readonly TaskCompletionSource<SentMessage> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutgoingMessage(Peer peer, MsgType type, ReadOnlyMemory<byte> data, SendId sendId, bool keepsSendId)
    {
        Peer = peer;
        Type = type;
        Data = data;
        SendId = sendId;
        KeepsSendId = keepsSendId;
        Node = new(this);
    }

    public Peer Peer { get; }

    public MsgType Type { get; }

    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The same on every attempt; replaced only after the server refused its time, when it cannot be stored.</summary>
    public SendId SendId { get; set; }

    /// <summary>The caller chose the id because it may be stored already, so it must not be replaced.</summary>
    public bool KeepsSendId { get; }

    /// <summary>Sequence on the current connection; 0 before the first attempt on it.</summary>
    public ushort Sequence { get; set; }

    /// <summary>How often it was put on the wire.</summary>
    public int Attempts { get; set; }

    /// <summary>Has a place in the window of unacknowledged messages.</summary>
    public bool InWindow { get; set; }

    /// <summary>When it was last put on the wire; null while it is not there.</summary>
    public long? SentAt { get; set; }

    /// <summary>Place in the queue.</summary>
    public LinkedListNode<OutgoingMessage> Node { get; }

    /// <summary>Outcome for the caller.</summary>
    public Task<SentMessage> Outcome => _outcome.Task;

    /// <summary>Ends the caller's interest; disposed with the outcome.</summary>
    public CancellationTokenRegistration Cancellation { get; set; }

    public void Complete(SentMessage sent)
    {
        Cancellation.Unregister();
        _outcome.TrySetResult(sent);
    }

    public void Fail(Exception reason)
    {
        Cancellation.Unregister();
        _outcome.TrySetException(reason);
    }

    public void Cancel(CancellationToken cancellationToken) => _outcome.TrySetCanceled(cancellationToken);
}
