using System.Threading.Tasks.Sources;

namespace BrokerIm.Cql.Wire;

/// <summary>
/// One stream id's request and answer, used again and again, so that waiting allocates nothing. Whoever gives up leaves the id taken
/// until the answer has come after all: were it given to the next request, that one would get the wrong answer.
/// </summary>
internal sealed class Exchange(CqlConnection connection, short stream) : IValueTaskSource<Answer>
{
    // Who must be done before the id is free: the waiter with the outcome, the connection with the answer.
    private const int Parties = 2;

    private const int StateBits = 3;
    private const long StateMask = (1 << StateBits) - 1;

    private ManualResetValueTaskSourceCore<Answer> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _parties;

    // The use's number above the bits of its state: what was decided about one use can never hit the next.
    private long _state;
    private long _deadline;

    private enum State
    {
        Free = 0,
        Waiting = 1,
        Answered = 2,

        /// <summary>Nobody waits any more, the answer is still to come.</summary>
        GivenUp = 3,

        /// <summary>Nobody waits any more, and no answer will come.</summary>
        Closed = 4,
    }

    public short Stream => stream;

    /// <summary>Begins a use. From here on an answer is taken.</summary>
    public ValueTask<Answer> Begin(long deadline)
    {
        _source.Reset();
        _parties = Parties;
        _deadline = deadline;
        Volatile.Write(ref _state, (((_state >> StateBits) + 1) << StateBits) | (long)State.Waiting);
        return new(this, _source.Version);
    }

    /// <summary>Lets the token end the wait; only the waiter may call this, before it waits.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (exchange, token) => ((Exchange)exchange!).GiveUp(new OperationCanceledException(token)), this);
        }
    }

    /// <summary>The answer has come.</summary>
    /// <returns>False if no request is out under this id, which breaks the protocol.</returns>
    public bool TryAnswer(Answer answer)
    {
        var state = Volatile.Read(ref _state);
        if (StateOf(state) == State.Waiting && Interlocked.CompareExchange(ref _state, Next(state, State.Answered), state) == state)
        {
            _source.SetResult(answer);
        }
        else if (StateOf(Volatile.Read(ref _state)) == State.GivenUp)
        {
            answer.Return();
        }
        else
        {
            return false;
        }

        PartyIsDone();
        return true;
    }

    /// <summary>The connection has ended, so no answer will come. Says so once, however often it is called.</summary>
    public void Fail(Exception reason)
    {
        var state = Volatile.Read(ref _state);
        while (StateOf(state) is State.Waiting or State.GivenUp)
        {
            var seen = Interlocked.CompareExchange(ref _state, Next(state, State.Closed), state);
            if (seen == state)
            {
                if (StateOf(state) == State.Waiting)
                    _source.SetException(reason);
                PartyIsDone();
                return;
            }

            state = seen;
        }
    }

    /// <summary>Gives up if the deadline has passed.</summary>
    /// <returns>Whether nobody waits for the answer any more that is still to come.</returns>
    public bool ExpireAt(long now)
    {
        var state = Volatile.Read(ref _state);
        return StateOf(state) switch
        {
            State.Waiting when Volatile.Read(ref _deadline) <= now =>
                TryGiveUp(state, new CqlTimeoutException("No answer in time.")),
            State.GivenUp => true,
            _ => false,
        };
    }

    Answer IValueTaskSource<Answer>.GetResult(short token)
    {
        // Waits for a callback that is running: it must not reach into the next use.
        _registration.Dispose();
        _registration = default;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            PartyIsDone();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Answer>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Answer>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private static State StateOf(long state) => (State)(state & StateMask);

    private static long Next(long state, State next) => (state & ~StateMask) | (long)next;

    private void GiveUp(Exception reason) => TryGiveUp(Volatile.Read(ref _state), reason);

    private bool TryGiveUp(long state, Exception reason)
    {
        if (StateOf(state) != State.Waiting
            || Interlocked.CompareExchange(ref _state, Next(state, State.GivenUp), state) != state)
        {
            return false;
        }

        _source.SetException(reason);
        return true;
    }

    private void PartyIsDone()
    {
        if (Interlocked.Decrement(ref _parties) > 0)
            return;

        Volatile.Write(ref _state, Next(_state, State.Free));
        connection.Release(this);
    }
}
