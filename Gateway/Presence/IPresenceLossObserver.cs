namespace BrokerIm.Gateway.Presence;

/// <summary>Wants to know that for a while nobody could know who is here.</summary>
internal interface IPresenceLossObserver
{
    /// <summary>
    /// The presence registry had lost its content and has it again, and whoever remembered users as absent has forgotten it: what was
    /// stored between then and now may have been sent to nobody.
    /// </summary>
    /// <param name="knownUntilMs">When the registry certainly still had it, in Unix milliseconds.</param>
    void PresenceWasLost(long knownUntilMs);
}
