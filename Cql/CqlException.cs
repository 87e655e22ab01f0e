using System.Net;

namespace BrokerIm.Cql;

/// <summary>Everything that goes wrong here. <see cref="Node"/> and <see cref="Request"/> say where and with what, where that is known.</summary>
public class CqlException : Exception
{
    /// <summary>An error without a cause.</summary>
    public CqlException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public CqlException(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>The node that answered, or should have.</summary>
    public EndPoint? Node { get; internal set; }

    /// <summary>What was asked: CQL without values.</summary>
    public string? Request { get; internal set; }

    /// <summary>The message with node and request.</summary>
    public override string Message
    {
        get
        {
            var text = base.Message;
            if (Node is not null)
                text += $" [node {Node}]";
            return Request is null ? text : $"{text} [{Request}]";
        }
    }
}

/// <summary>The peer broke the native protocol; its connection is closed.</summary>
public sealed class CqlProtocolException(string message) : CqlException(message);

/// <summary>Values do not fit the statement, or a column is not of the type that was asked for.</summary>
public sealed class CqlTypeException(string message) : CqlException(message);

/// <summary>No node could be asked; nothing was done. <see cref="Exception.InnerException"/> is the last reason.</summary>
public sealed class CqlNoNodeException(string message, Exception? cause = null) : CqlException(message, cause);

/// <summary>Too much is in flight already and stayed so for the request's whole time; nothing was sent.</summary>
public sealed class CqlBusyException(string message) : CqlException(message);

/// <summary>No answer within the request's time. A write may have happened.</summary>
public sealed class CqlTimeoutException(string message) : CqlException(message);

/// <summary>The connection ended before the answer. A write may have happened.</summary>
public sealed class CqlConnectionException(string message, Exception? cause = null) : CqlException(message, cause)
{
    /// <summary>Whether the node may have got the request; false if the connection had ended before.</summary>
    public bool WasSent { get; internal init; } = true;
}

/// <summary>The node refuses who we are, or wants to know it in a way that is not supported.</summary>
public sealed class CqlAuthenticationException(string message) : CqlException(message);
