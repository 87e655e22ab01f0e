using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Variants;

/// <summary>
/// A way to build the system. The base class builds it right; each other one puts something wrong between the real code and a port, and
/// the simulation must find out.
/// </summary>
internal class Variant
{
    /// <summary>The system as it is.</summary>
    public static Variant Right { get; } = new();

    /// <summary>Name for the command line.</summary>
    public virtual string Name => "right";

    /// <summary>What is wrong.</summary>
    public virtual string Says => "the system as it is";

    /// <summary>Whether only a run with gateways can show it.</summary>
    public virtual bool NeedsGateways => false;

    /// <summary>Whether only troubles show it: lost bus messages, or a registry that forgets.</summary>
    public virtual bool NeedsStorm => false;

    /// <summary>Messages within which a Persist worker recognises a repeat.</summary>
    /// <param name="window">What everybody has agreed on.</param>
    public virtual int DedupeWindow(int window) => window;

    /// <summary>A Persist worker's reading hand.</summary>
    public virtual ILogReader<InboundRecord> Inbound(ILogReader<InboundRecord> reader, Node node, int worker) => reader;

    /// <summary>A Persist worker's store.</summary>
    public virtual IConversationStore Store(IConversationStore store, Node node, Cluster cluster) => store;

    /// <summary>How a Persist worker makes a batch durable.</summary>
    public virtual IPersistCommit Commit(
        IPersistCommit commit, IConversationStore store, ILogWriter<OutboundRecord> outbound, Node node) => commit;

    /// <summary>Where a Deliver worker reads members.</summary>
    public virtual IGroupReader Groups(IConversationStore store) => store;

    /// <summary>A Deliver worker's hand on the bus.</summary>
    public virtual IDeliverySender Sender(IDeliverySender sender) => sender;

    /// <summary>A gateway's hand on the presence registry.</summary>
    public virtual IPresenceWriter Presence(IPresenceWriter presence, Node node) => presence;

    /// <summary>Whether gateways look for what they were not given.</summary>
    public virtual bool RepairsGaps => true;
}
