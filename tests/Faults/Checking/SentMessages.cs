using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>A message as its sender knows it: all attempts under one id together.</summary>
internal sealed class Sending(SendInvoked first)
{
    /// <summary>When it was first given to the client.</summary>
    public SendInvoked First { get; } = first;

    /// <summary>All acknowledgements, in the order of time.</summary>
    public List<SendAcked> Acks { get; } = [];

    /// <summary>All refusals.</summary>
    public List<SendFailed> Failures { get; } = [];

    /// <summary>Attempts without an outcome.</summary>
    public List<SendUnknown> Unknowns { get; } = [];
}

/// <summary>Everything that was sent, by client message id.</summary>
internal sealed class SentMessages
{
    private readonly Dictionary<string, Sending> _byCid = [];

    public SentMessages(IReadOnlyList<HistoryEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened is SendInvoked invoked)
                _byCid.TryAdd(invoked.Cid, new(invoked));
            else if (happened is SendAcked acked)
                _byCid.GetValueOrDefault(acked.Cid)?.Acks.Add(acked);
            else if (happened is SendFailed failed)
                _byCid.GetValueOrDefault(failed.Cid)?.Failures.Add(failed);
            else if (happened is SendUnknown unknown)
                _byCid.GetValueOrDefault(unknown.Cid)?.Unknowns.Add(unknown);
        }
    }

    public IEnumerable<Sending> All => _byCid.Values;

    public Sending? Find(string cid) => _byCid.GetValueOrDefault(cid);
}
