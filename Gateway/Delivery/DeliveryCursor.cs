using System.Runtime.InteropServices;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// How far one connection has been given each of its conversations. Ids are dense, so a message that is not the next one shows
/// what was lost on the way, whoever lost it (guarantees: "Gateway, outbound").
/// </summary>
/// <remarks>
/// Not safe by itself: hold <see cref="Gate"/> from a question to the write that follows from its answer. That keeps a
/// connection's messages in order although the pump and a fill write to it at the same time. Only one fill of a conversation
/// runs at a time; until it ends, everything else merely raises its target.
/// </remarks>
internal sealed class DeliveryCursor
{
    // Most connections are idle, so nothing is allocated before the first message.
    private Dictionary<ConversationId, Place>? _places;
    private bool _settled;

    /// <summary>Guards the cursor and the order of what is written to the connection because of it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Whether anything is known of a conversation.</summary>
    public bool Knows(ConversationId conversation) => _places?.ContainsKey(conversation) ?? false;

    /// <summary>Last id given to the connection, 0 if nothing is known.</summary>
    public uint LastOf(ConversationId conversation) =>
        _places is not null && _places.TryGetValue(conversation, out var place) ? place.Last : 0;

    /// <summary>The client reads everything up to the head on its own; what comes later is pushed.</summary>
    public void Baseline(ConversationId conversation, uint head)
    {
        ref var place = ref Find(conversation, out var known);
        if (!known)
            place.Last = head;
    }

    /// <summary>
    /// From now on whoever delivers knows about this connection, so of a conversation without any place yet nothing was missed but
    /// what was lost on the way. Until then the first message of one makes the ones below it suspect.
    /// </summary>
    public void Settle() => _settled = true;

    /// <summary>A message for this connection has arrived.</summary>
    /// <param name="conversation">Its conversation.</param>
    /// <param name="messageId">Its id.</param>
    /// <param name="whole">Whether nothing that was sent to this gateway is known to be missing.</param>
    public CursorStep Offer(ConversationId conversation, uint messageId, bool whole = true)
    {
        ref var place = ref Find(conversation, out var known);
        if (!known && !(_settled && whole) && messageId > 1)
        {
            place.StartAtUnknown(messageId);
            return CursorStep.LookBelow;
        }

        if (!known)
            (place.Last, place.Presumed) = (messageId - 1, messageId - 1);

        return place.Take(messageId) ? CursorStep.Push : StepTowards(ref place, messageId);
    }

    /// <summary>The connection is told the id of a message of its own, so that one is never pushed to it.</summary>
    /// <inheritdoc cref="Offer"/>
    public CursorStep Acknowledge(ConversationId conversation, uint messageId, bool whole = true)
    {
        var step = Offer(conversation, messageId, whole);
        ref var place = ref Find(conversation, out _);
        if (place.Filling && messageId > place.Last)
            (place.Own ??= []).Add(messageId);

        return step == CursorStep.Push ? CursorStep.Nothing : step;
    }

    /// <summary>
    /// The store says that the conversation goes up to <paramref name="head"/>. If its first message was taken for the next one without
    /// any place to go by, what is below that one is looked at too: nobody may have known about the connection at the time.
    /// </summary>
    /// <returns>Whether to start a fill.</returns>
    public bool Reach(ConversationId conversation, uint head)
    {
        ref var place = ref Find(conversation, out var known);
        if (!known)
        {
            place.StartAtUnknown(head);
            return true;
        }

        if (place.Presumed == 0)
            return StepTowards(ref place, head) == CursorStep.Fill;

        var starts = !place.Filling;
        place.StartAtUnknown(Math.Max(head, Math.Max(place.Target, place.Last)));
        return starts;
    }

    /// <summary>The next ids a fill has to bring, or the end of the fill.</summary>
    /// <param name="conversation">Conversation being filled.</param>
    /// <param name="range">What is missing. When <c>StartUnknown</c>, it first has to be found out how far down that goes.</param>
    public bool TryNext(ConversationId conversation, out MissingRange range)
    {
        ref var place = ref Find(conversation, out _);
        range = place is { StartUnknown: true, Presumed: > 0 }
            ? new(0, place.Presumed + 1, StartUnknown: true)
            : new(place.Last + 1, place.Target, place.StartUnknown);
        if (place.StartUnknown || place.Last < place.Target)
            return true;

        place.Filling = false;
        place.Own = null;
        return false;
    }

    /// <summary>Everything up to <paramref name="last"/> is none of this connection's business.</summary>
    public void StartAfter(ConversationId conversation, uint last)
    {
        ref var place = ref Find(conversation, out _);
        var start = Math.Max(last, place.Floor);
        if (place.Presumed == 0)
            place.Last = start;
        else if (start < place.Presumed)
            (place.Given, place.Last) = (new(place.Presumed + 1, place.Last), start);
        place.Presumed = 0;
        place.StartUnknown = false;
    }

    /// <summary>Of a group a member sees what came after he joined; nothing before that is missing.</summary>
    public void SkipTo(ConversationId conversation, uint last)
    {
        ref var place = ref Find(conversation, out _);
        if (place.Last < last)
            place.Last = last;
        place.Floor = Math.Max(place.Floor, last);
    }

    /// <summary>The user has left the group; what was missing is none of his business any more.</summary>
    public void Abandon(ConversationId conversation)
    {
        ref var place = ref Find(conversation, out _);
        place.Last = Math.Max(place.Last, place.Target);
        place.Presumed = 0;
        place.StartUnknown = false;
    }

    /// <summary>A fill has read this message.</summary>
    /// <returns>Whether to write it; false for one the connection has or has sent itself.</returns>
    public bool Advance(ConversationId conversation, uint messageId)
    {
        ref var place = ref Find(conversation, out _);
        if (messageId <= place.Last)
            return false;

        place.Last = messageId;
        var isGiven = messageId >= place.Given.From && messageId <= place.Given.To;
        return !isGiven && (place.Own is null || !place.Own.Contains(messageId));
    }

    private static CursorStep StepTowards(ref Place place, uint messageId)
    {
        if (messageId <= place.Last)
            return CursorStep.Nothing;

        place.Target = Math.Max(place.Target, messageId);
        if (place.Filling)
            return CursorStep.Nothing;

        place.Filling = true;
        return CursorStep.Fill;
    }

    private ref Place Find(ConversationId conversation, out bool known) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_places ??= [], conversation, out known)!;

    private struct Place
    {
        public uint Last;
        public uint Target;
        public uint Floor;

        // Up to here it was presumed, when the first message came, that nothing is missing; 0 once that is known.
        public uint Presumed;

        // Given before what is below it.
        public (uint From, uint To) Given;
        public bool Filling;
        public bool StartUnknown;
        public List<uint>? Own;

        public bool Take(uint messageId)
        {
            if (Filling || messageId != Last + 1)
                return false;

            Last = messageId;
            return true;
        }

        public void StartAtUnknown(uint target)
        {
            Target = target;
            Filling = true;
            StartUnknown = true;
        }
    }
}

/// <summary>Ids that a connection lacks.</summary>
internal readonly record struct MissingRange(uint From, uint To, bool StartUnknown);
