using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>The whole rule, as a table.</summary>
public sealed class RetryRuleTests
{
    private const string Next = nameof(RetryWhere.NextNode);
    private const string Same = nameof(RetryWhere.SameNode);
    private const string Nowhere = nameof(RetryWhere.Nowhere);

    private static readonly CqlException s_lost = new CqlConnectionException("lost");
    private static readonly CqlException s_notSent = new CqlConnectionException("lost before") { WasSent = false };

    /// <summary>The error; what becomes of a request that must not be repeated; what becomes of one that may.</summary>
    public static TheoryData<string, string, string> Table => new()
    {
        { "not sent", Next, Next },
        { "busy", Next, Next },
        { "lost", Nowhere, Next },
        { "timed out", Nowhere, Next },
        { "unavailable", Next, Next },
        { "read time-out, data missing", Same, Same },
        { "read time-out, replicas missing", Nowhere, Next },
        { "read time-out, data present", Nowhere, Next },
        { "read failure", Nowhere, Nowhere },
        { "write time-out SIMPLE", Nowhere, Next },
        { "write time-out BATCH", Nowhere, Next },
        { "write time-out UNLOGGED_BATCH", Nowhere, Next },
        { "write time-out COUNTER", Nowhere, Next },
        { "write time-out CAS", Nowhere, Next },
        { "write time-out BATCH_LOG", Nowhere, Same },
        { "write failure", Nowhere, Nowhere },
        { "unprepared", Next, Next },
        { "ServerError", Nowhere, Next },
        { "TruncateError", Nowhere, Next },
        { "Overloaded", Nowhere, Next },
        { "IsBootstrapping", Next, Next },
        { "ProtocolError", Nowhere, Nowhere },
        { "BadCredentials", Nowhere, Nowhere },
        { "SyntaxError", Nowhere, Nowhere },
        { "Unauthorized", Nowhere, Nowhere },
        { "Invalid", Nowhere, Nowhere },
        { "ConfigError", Nowhere, Nowhere },
        { "AlreadyExists", Nowhere, Nowhere },
        { "FunctionFailure", Nowhere, Nowhere },
        { "wrong type", Nowhere, Nowhere },
        { "broken protocol", Nowhere, Nowhere },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_may_have_been_done_is_repeated_only_where_that_does_no_harm(string error, string once, string idempotent)
    {
        Assert.Equal(once, Decide(error, Facts(isIdempotent: false)));
        Assert.Equal(idempotent, Decide(error, Facts(isIdempotent: true)));
    }

    [Theory]
    [InlineData(nameof(RetryReasons.None), Next)]
    [InlineData(nameof(RetryReasons.Overloaded), Next)]
    [InlineData(nameof(RetryReasons.Unavailable), Nowhere)]
    public void Second_opinion_on_missing_replicas_is_asked_for_once(string earlier, string expected) =>
        Assert.Equal(expected, Decide("unavailable", Facts(isIdempotent: true, earlier)));

    [Theory]
    [InlineData(false, Nowhere)]
    [InlineData(true, Next)]
    public void Batch_without_log_may_have_been_done_in_part_before_replicas_were_missing(bool isIdempotent, string expected) =>
        Assert.Equal(expected, Decide("unavailable", new(isIdempotent, IsOneWrite: false, RetryReasons.None)));

    [Theory]
    [InlineData("read time-out, data missing", nameof(RetryReasons.DataMissing))]
    [InlineData("write time-out BATCH_LOG", nameof(RetryReasons.BatchLog))]
    public void Same_node_is_asked_again_once(string error, string earlier)
    {
        Assert.Equal(Nowhere, Decide(error, Facts(isIdempotent: false, earlier)));
        Assert.Equal(Next, Decide(error, Facts(isIdempotent: true, earlier)));
    }

    [Theory]
    [InlineData("Overloaded", true)]
    [InlineData("IsBootstrapping", true)]
    [InlineData("ServerError", true)]
    [InlineData("lost", false)]
    [InlineData("not sent", false)]
    [InlineData("unavailable", false)]
    public void Nodes_in_trouble_are_given_time(string error, bool pauses) =>
        Assert.Equal(pauses, RetryRule.After(Error(error), Facts(isIdempotent: true)).Pauses);

    [Theory]
    [InlineData("not sent", false)]
    [InlineData("busy", false)]
    [InlineData("unavailable", false)]
    [InlineData("IsBootstrapping", false)]
    [InlineData("unprepared", false)]
    [InlineData("Invalid", false)]
    [InlineData("read time-out, data missing", false)]
    [InlineData("lost", true)]
    [InlineData("timed out", true)]
    [InlineData("write time-out CAS", true)]
    [InlineData("write failure", true)]
    [InlineData("ServerError", true)]
    [InlineData("Overloaded", true)]
    public void Error_says_whether_the_request_may_have_been_carried_out(string error, bool isOpen) =>
        Assert.Equal(isOpen, RetryRule.LeavesOutcomeOpen(Error(error)));

    private static string Decide(string error, RetryFacts facts) => RetryRule.After(Error(error), facts).Where.ToString();

    private static RetryFacts Facts(bool isIdempotent, string earlier = nameof(RetryReasons.None)) =>
        new(isIdempotent, IsOneWrite: true, Enum.Parse<RetryReasons>(earlier));

    private static CqlException Error(string name) => name switch
    {
        "not sent" => s_notSent,
        "lost" => s_lost,
        "busy" => new CqlBusyException(name),
        "timed out" => new CqlTimeoutException(name),
        "wrong type" => new CqlTypeException(name),
        "broken protocol" => new CqlProtocolException(name),
        "unprepared" => new CqlUnpreparedException(name, [1]),
        "unavailable" => new CqlUnavailableException(name, Consistency.Quorum, 2, 1),
        "read time-out, data missing" => Read(CqlErrorCode.ReadTimeout, received: 2, dataPresent: false),
        "read time-out, replicas missing" => Read(CqlErrorCode.ReadTimeout, received: 1, dataPresent: false),
        "read time-out, data present" => Read(CqlErrorCode.ReadTimeout, received: 2, dataPresent: true),
        "read failure" => Read(CqlErrorCode.ReadFailure, received: 2, dataPresent: false),
        "write failure" => Write(CqlErrorCode.WriteFailure, "SIMPLE"),
        _ when name.StartsWith("write time-out ", StringComparison.Ordinal) => Write(CqlErrorCode.WriteTimeout, name.Split(' ')[2]),
        _ => new CqlServerException(Enum.Parse<CqlErrorCode>(name), name),
    };

    private static CqlReadException Read(CqlErrorCode code, int received, bool dataPresent) =>
        new(code, "too few", Consistency.Quorum, received, required: 2, failures: 0, dataPresent);

    private static CqlWriteException Write(CqlErrorCode code, string writeType) =>
        new(code, "too few", Consistency.Quorum, received: 1, required: 2, failures: 0, writeType);
}
