namespace BrokerIm.Cql;

/// <summary>Error codes of the native protocol v4, section 9.</summary>
public enum CqlErrorCode
{
    /// <summary>A bug in the server.</summary>
    ServerError = 0x0000,

    /// <summary>The client broke the protocol.</summary>
    ProtocolError = 0x000A,

    /// <summary>Wrong user or password.</summary>
    BadCredentials = 0x0100,

    /// <summary>Too few replicas are alive.</summary>
    Unavailable = 0x1000,

    /// <summary>The coordinator has too much to do.</summary>
    Overloaded = 0x1001,

    /// <summary>The coordinator is still joining.</summary>
    IsBootstrapping = 0x1002,

    /// <summary>A truncation failed.</summary>
    TruncateError = 0x1003,

    /// <summary>Too few replicas acknowledged a write in time; it may have happened.</summary>
    WriteTimeout = 0x1100,

    /// <summary>Too few replicas answered a read in time.</summary>
    ReadTimeout = 0x1200,

    /// <summary>Replicas failed while reading.</summary>
    ReadFailure = 0x1300,

    /// <summary>A user-defined function failed.</summary>
    FunctionFailure = 0x1400,

    /// <summary>Replicas failed while writing; it may have happened.</summary>
    WriteFailure = 0x1500,

    /// <summary>The statement does not parse.</summary>
    SyntaxError = 0x2000,

    /// <summary>The user may not do that.</summary>
    Unauthorized = 0x2100,

    /// <summary>The statement parses and makes no sense.</summary>
    Invalid = 0x2200,

    /// <summary>As Invalid, about configuration.</summary>
    ConfigError = 0x2300,

    /// <summary>The keyspace or table exists.</summary>
    AlreadyExists = 0x2400,

    /// <summary>The node does not know the prepared statement.</summary>
    Unprepared = 0x2500,
}

/// <summary>The cluster answered with an error. Codes that say more have a class of their own.</summary>
public class CqlServerException(CqlErrorCode code, string message) : CqlException($"{code}: {message}")
{
    /// <summary>Which error.</summary>
    public CqlErrorCode Code => code;
}

/// <summary>Too few replicas are alive; nothing was done.</summary>
public sealed class CqlUnavailableException(string message, Consistency consistency, int required, int alive)
    : CqlServerException(CqlErrorCode.Unavailable, message)
{
    /// <summary>What was asked for.</summary>
    public Consistency Consistency => consistency;

    /// <summary>Replicas that the consistency needs.</summary>
    public int Required => required;

    /// <summary>Replicas that the coordinator takes for alive.</summary>
    public int Alive => alive;
}

/// <summary>Too few replicas answered a read, in time or without failing.</summary>
public sealed class CqlReadException(
    CqlErrorCode code, string message, Consistency consistency, int received, int required, int failures, bool dataPresent)
    : CqlServerException(code, message)
{
    /// <summary>What was asked for.</summary>
    public Consistency Consistency => consistency;

    /// <summary>Replicas that answered.</summary>
    public int Received => received;

    /// <summary>Replicas that the consistency needs.</summary>
    public int Required => required;

    /// <summary>Replicas that failed; 0 for a time-out.</summary>
    public int Failures => failures;

    /// <summary>Whether the replica asked for the data itself has answered, the others being asked for digests.</summary>
    public bool DataPresent => dataPresent;
}

/// <summary>Too few replicas acknowledged a write, in time or without failing. It may have happened.</summary>
public sealed class CqlWriteException(
    CqlErrorCode code, string message, Consistency consistency, int received, int required, int failures, string writeType)
    : CqlServerException(code, message)
{
    /// <summary>What was asked for.</summary>
    public Consistency Consistency => consistency;

    /// <summary>Replicas that acknowledged.</summary>
    public int Received => received;

    /// <summary>Replicas that the consistency needs.</summary>
    public int Required => required;

    /// <summary>Replicas that failed; 0 for a time-out.</summary>
    public int Failures => failures;

    /// <summary>SIMPLE, BATCH, UNLOGGED_BATCH, COUNTER, BATCH_LOG, CAS and later ones.</summary>
    public string WriteType => writeType;
}

/// <summary>A keyspace or table that was to be created exists.</summary>
public sealed class CqlAlreadyExistsException(string message, string keyspace, string table)
    : CqlServerException(CqlErrorCode.AlreadyExists, message)
{
    /// <summary>The keyspace.</summary>
    public string Keyspace => keyspace;

    /// <summary>The table; empty where it is the keyspace that exists.</summary>
    public string Table => table;
}

/// <summary>A user-defined function failed.</summary>
public sealed class CqlFunctionException(string message, string keyspace, string function, IReadOnlyList<string> argumentTypes)
    : CqlServerException(CqlErrorCode.FunctionFailure, message)
{
    /// <summary>The function's keyspace.</summary>
    public string Keyspace => keyspace;

    /// <summary>Its name.</summary>
    public string Function => function;

    /// <summary>CQL types of its arguments.</summary>
    public IReadOnlyList<string> ArgumentTypes => argumentTypes;
}

/// <summary>The node does not know a prepared statement; the session prepares it again, so callers hardly ever see this.</summary>
public sealed class CqlUnpreparedException(string message, byte[] id) : CqlServerException(CqlErrorCode.Unprepared, message)
{
    /// <summary>The unknown id.</summary>
    public ReadOnlyMemory<byte> Id => id;
}
