namespace BrokerIm.Cql.Cluster;

/// <summary>Where to try again, if at all.</summary>
internal enum RetryWhere
{
    Nowhere,
    SameNode,
    NextNode,
}

/// <summary>What makes another attempt worth while.</summary>
[Flags]
internal enum RetryReasons
{
    None = 0,
    NotSent = 1 << 0,
    Busy = 1 << 1,
    ConnectionLost = 1 << 2,
    TimedOut = 1 << 3,
    Unavailable = 1 << 4,
    DataMissing = 1 << 5,
    ReadTimeout = 1 << 6,
    WriteTimeout = 1 << 7,
    BatchLog = 1 << 8,
    Unprepared = 1 << 9,
    Overloaded = 1 << 10,
    Bootstrapping = 1 << 11,
    ServerError = 1 << 12,
}

/// <summary>What was decided.</summary>
/// <param name="Where">Where to try again.</param>
/// <param name="Reason">Why.</param>
/// <param name="Pauses">Whether to wait a little before.</param>
internal readonly record struct Retry(RetryWhere Where, RetryReasons Reason, bool Pauses = false);

/// <summary>What the decision rests on, apart from the error.</summary>
/// <param name="IsIdempotent">Whether running it twice does no harm.</param>
/// <param name="IsOneWrite">Whether it is checked as a whole before any of it is done. An unlogged batch is not.</param>
/// <param name="Earlier">For which reasons it was tried again before.</param>
internal readonly record struct RetryFacts(bool IsIdempotent, bool IsOneWrite, RetryReasons Earlier);

/// <summary>
/// Whether and where a request is tried again after an error. What certainly was not done may be tried again by anybody; what may
/// have been done only where running it twice does no harm. How often in all is not decided here.
/// </summary>
internal static class RetryRule
{
    public static Retry After(CqlException error, RetryFacts facts) => error switch
    {
        CqlConnectionException { WasSent: false } => new(RetryWhere.NextNode, RetryReasons.NotSent),
        CqlBusyException => new(RetryWhere.NextNode, RetryReasons.Busy),
        CqlConnectionException => IfIdempotent(facts, RetryReasons.ConnectionLost),
        CqlTimeoutException => IfIdempotent(facts, RetryReasons.TimedOut),
        CqlUnavailableException => AfterUnavailable(facts),
        CqlReadException { Code: CqlErrorCode.ReadTimeout } read => AfterReadTimeout(read, facts),
        CqlWriteException { Code: CqlErrorCode.WriteTimeout } write => AfterWriteTimeout(write, facts),

        // It was prepared again there and is unknown still, so the node forgets faster than it is told.
        CqlUnpreparedException => new(RetryWhere.NextNode, RetryReasons.Unprepared),

        // The node does nothing at all before it has joined.
        CqlServerException { Code: CqlErrorCode.IsBootstrapping } =>
            new(RetryWhere.NextNode, RetryReasons.Bootstrapping, Pauses: true),

        // A coordinator may notice that it is overloaded with some of a batch's writes already on their way.
        CqlServerException { Code: CqlErrorCode.Overloaded } => IfIdempotent(facts, RetryReasons.Overloaded, pauses: true),
        CqlServerException { Code: CqlErrorCode.ServerError or CqlErrorCode.TruncateError } =>
            IfIdempotent(facts, RetryReasons.ServerError, pauses: true),
        _ => default,
    };

    /// <summary>Whether the request may have been carried out, in part or later, in spite of the error.</summary>
    public static bool LeavesOutcomeOpen(CqlException error) => error switch
    {
        CqlConnectionException lost => lost.WasSent,
        CqlTimeoutException or CqlWriteException => true,
        CqlServerException { Code: CqlErrorCode.ServerError or CqlErrorCode.TruncateError or CqlErrorCode.Overloaded } => true,
        _ => false,
    };

    // Another coordinator may see more replicas alive; a third opinion is not worth the time.
    private static Retry AfterUnavailable(RetryFacts facts) =>
        (facts.IsIdempotent || facts.IsOneWrite) && !facts.Earlier.HasFlag(RetryReasons.Unavailable)
            ? new(RetryWhere.NextNode, RetryReasons.Unavailable)
            : default;

    // Enough replicas answered, only not the one that was asked for the data; by now the coordinator knows better whom to ask.
    private static Retry AfterReadTimeout(CqlReadException read, RetryFacts facts) =>
        read.Received >= read.Required && !read.DataPresent && !facts.Earlier.HasFlag(RetryReasons.DataMissing)
            ? new(RetryWhere.SameNode, RetryReasons.DataMissing)
            : IfIdempotent(facts, RetryReasons.ReadTimeout);

    // The batch log is kept by two other nodes; the coordinator chooses again, and now avoids those that did not answer. That the
    // log was not acknowledged does not mean that it is not there and will not be replayed.
    private static Retry AfterWriteTimeout(CqlWriteException write, RetryFacts facts) =>
        write.WriteType == "BATCH_LOG" && facts.IsIdempotent && !facts.Earlier.HasFlag(RetryReasons.BatchLog)
            ? new(RetryWhere.SameNode, RetryReasons.BatchLog)
            : IfIdempotent(facts, RetryReasons.WriteTimeout);

    private static Retry IfIdempotent(RetryFacts facts, RetryReasons reason, bool pauses = false) =>
        facts.IsIdempotent ? new(RetryWhere.NextNode, reason, pauses) : default;
}
