using System.Net;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Cql.Cluster;

internal static partial class CqlLog
{
    [LoggerMessage(9001, LogLevel.Information, "Connected to the cluster through {Node}: {Nodes} nodes, datacenter {Datacenter} is ours")]
    public static partial void ClusterConnected(this ILogger log, EndPoint node, int nodes, string datacenter);

    [LoggerMessage(9002, LogLevel.Information, "Node {Node} of {Datacenter} is connected, protocol v{Version}")]
    public static partial void NodeConnected(this ILogger log, EndPoint node, string datacenter, int version);

    [LoggerMessage(9003, LogLevel.Information, "Lost a connection to node {Node}, {Left} are left: {Reason}")]
    public static partial void ConnectionLost(this ILogger log, EndPoint node, int left, string? reason);

    [LoggerMessage(9004, LogLevel.Warning, "Node {Node} cannot be reached, trying on: {Reason}")]
    public static partial void NodeUnreachable(this ILogger log, EndPoint node, string reason);

    [LoggerMessage(9005, LogLevel.Debug, "Node {Node} still cannot be reached: {Reason}")]
    public static partial void NodeStillUnreachable(this ILogger log, EndPoint node, string reason);

    [LoggerMessage(9006, LogLevel.Information, "The cluster says that node {Node} is {Change}")]
    public static partial void NodeChanged(this ILogger log, EndPoint? node, string change);

    [LoggerMessage(9007, LogLevel.Information, "Node {Node} of {Datacenter} is part of the cluster")]
    public static partial void NodeAdded(this ILogger log, EndPoint node, string datacenter);

    [LoggerMessage(9008, LogLevel.Information, "Node {Node} is no longer part of the cluster")]
    public static partial void NodeRemoved(this ILogger log, EndPoint node);

    [LoggerMessage(9009, LogLevel.Warning, "Lost the control connection to {Node}, looking for another: {Reason}")]
    public static partial void ControlLost(this ILogger log, EndPoint node, string? reason);

    [LoggerMessage(9010, LogLevel.Information, "The control connection is now to {Node}")]
    public static partial void ControlMoved(this ILogger log, EndPoint node);

    [LoggerMessage(9011, LogLevel.Warning, "No node offers a control connection, trying on: {Reason}")]
    public static partial void ControlMissing(this ILogger log, string reason);

    [LoggerMessage(9015, LogLevel.Warning, "Node {Node} does not say what the cluster looks like: {Reason}")]
    public static partial void ControlFailed(this ILogger log, EndPoint node, string reason);

    [LoggerMessage(9012, LogLevel.Debug, "{Reason} from node {Node}, attempt {Attempt} of {Request}")]
    public static partial void Retrying(this ILogger log, string reason, EndPoint? node, int attempt, string? request);

    [LoggerMessage(9013, LogLevel.Debug, "Node {Node} does not know a statement any more, preparing it again: {Statement}")]
    public static partial void PreparingAgain(this ILogger log, EndPoint node, string statement);

    [LoggerMessage(9014, LogLevel.Warning, "The nodes do not agree on the schema after {Seconds} s: {Disagreement}")]
    public static partial void SchemaDisagreement(this ILogger log, double seconds, string disagreement);
}
