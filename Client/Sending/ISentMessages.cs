namespace BrokerIm.Client.Sending;

/// <summary>Is told what becomes of messages sent from here, under the lock of the queue.</summary>
internal interface ISentMessages
{
    /// <summary>One was stored under this id.</summary>
    void OnSent(Peer peer, uint messageId);

    /// <summary>One failed, or nobody waits for it any more; it may be stored all the same.</summary>
    void OnNotSent(Peer peer);
}
