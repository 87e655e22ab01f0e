using System.Net;
using BrokerIm.Core.Values;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production;

internal static partial class ProductionLog
{
    [LoggerMessage(7201, LogLevel.Information, "Reading of {Topic}: assigned {Partitions} (partition@offset)")]
    public static partial void PartitionsAssigned(this ILogger log, string topic, string partitions);

    [LoggerMessage(7202, LogLevel.Information, "Reading of {Topic}: gave up {Partitions}")]
    public static partial void PartitionsRevoked(this ILogger log, string topic, string partitions);

    [LoggerMessage(7203, LogLevel.Debug, "A commit of {Topic}/{Partition} comes too late: generation {Generation} is over")]
    public static partial void CommitIgnored(this ILogger log, string topic, int partition, long generation);

    [LoggerMessage(7204, LogLevel.Warning, "It is not known yet from where to read; asking again")]
    public static partial void StartUnknown(this ILogger log, Exception exception);

    [LoggerMessage(7205, LogLevel.Error, "Reading of {Topic} failed for good")]
    public static partial void ReadingFailed(this ILogger log, string topic, Exception exception);

    [LoggerMessage(7206, LogLevel.Warning, "The group of {Topic} was not told that we leave it")]
    public static partial void LeavingFailed(this ILogger log, string topic, Exception exception);

    [LoggerMessage(7211, LogLevel.Warning, "The group of {Topic} could not be left within {Patience} and finds out by itself")]
    public static partial void LeavingAbandoned(this ILogger log, string topic, TimeSpan patience);

    [LoggerMessage(7207, LogLevel.Warning, "Kafka: {Error}")]
    public static partial void KafkaError(this ILogger log, Error error);

    [LoggerMessage(7208, LogLevel.Error, "The Kafka producer ended and is replaced: {Error}")]
    public static partial void ProducerReplaced(this ILogger log, Error error);

    [LoggerMessage(7209, LogLevel.Warning, "No broker at {Servers} answers yet: {Error}")]
    public static partial void BrokerAwaited(this ILogger log, string servers, Error error);

    /// <summary>Passes on what the native library has to say. Its errors are mostly about connections, which it mends itself.</summary>
    public static void Librdkafka(this ILogger log, LogMessage message) => log.Librdkafka(
        message.Level <= SyslogLevel.Warning ? LogLevel.Warning : LogLevel.Debug, message.Facility, message.Message);

    [LoggerMessage(EventId = 7210, Message = "librdkafka {Facility}: {Text}")]
    private static partial void Librdkafka(this ILogger log, LogLevel level, string facility, string text);

    [LoggerMessage(7301, LogLevel.Information, "Queue {Queue} is open")]
    public static partial void QueueOpened(this ILogger log, string queue);

    [LoggerMessage(7302, LogLevel.Information, "Queue {Queue} is closed")]
    public static partial void QueueClosed(this ILogger log, string queue);

    [LoggerMessage(7303, LogLevel.Warning, "RabbitMQ does not confirm; deliveries are given up until it does")]
    public static partial void BusLost(this ILogger log, Exception exception);

    [LoggerMessage(7304, LogLevel.Information, "RabbitMQ confirms again, at trial {Trial}")]
    public static partial void BusRecovered(this ILogger log, int trial);

    [LoggerMessage(7305, LogLevel.Warning, "RabbitMQ does not confirm trial {Trial} either")]
    public static partial void BusStillLost(this ILogger log, int trial, Exception exception);

    [LoggerMessage(7306, LogLevel.Warning, "A connection to RabbitMQ that was given up could not be closed")]
    public static partial void BusNotStopped(this ILogger log, Exception exception);

    [LoggerMessage(7401, LogLevel.Warning, "Redis {EndPoint} is lost: {Failure}")]
    public static partial void RedisLost(this ILogger log, EndPoint endPoint, ConnectionFailureType failure);

    [LoggerMessage(7402, LogLevel.Information, "Redis {EndPoint} is back")]
    public static partial void RedisBack(this ILogger log, EndPoint endPoint);

    [LoggerMessage(7405, LogLevel.Warning, "Redis has not answered for a while; its connection is given up for a new one")]
    public static partial void RedisConnectionReplaced(this ILogger log);

    [LoggerMessage(7403, LogLevel.Error, "Another process (incarnation {Holder}) runs under the id of gateway {Gateway}; ours counts no more")]
    public static partial void GatewayIdTaken(this ILogger log, GatewayAddress gateway, string holder);

    [LoggerMessage(7404, LogLevel.Information, "Gateway {Gateway} is to announce its connections to Redis {RunId}")]
    public static partial void PresenceToBeAnnounced(this ILogger log, GatewayAddress gateway, string runId);

    [LoggerMessage(7501, LogLevel.Warning, "No Cassandra node at {ContactPoints} answers yet: {Reason}")]
    public static partial void ClusterAwaited(this ILogger log, string contactPoints, string reason);

    [LoggerMessage(7502, LogLevel.Warning, "Keyspace {Keyspace} keeps {Copies} of each row: the loss of one node {Consequence}")]
    public static partial void FewCopies(this ILogger log, string keyspace, int copies, string consequence);
}
