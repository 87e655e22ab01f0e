using System.Reflection;
using System.Runtime.InteropServices;
using BrokerIm.Adapters.Production.Kafka;
using Confluent.Kafka;

namespace BrokerIm.Tests.Conformance;

/// <summary>
/// The cluster of one broker that librdkafka carries for tests. It speaks as a modern broker, idempotent producers and groups
/// included, and can be told to fail.
/// </summary>
public sealed class MockKafka : IDisposable
{
    private const short ProduceRequest = 0;

    private readonly IntPtr _library = NativeLibrdkafka.Load();
    private readonly IProducer<Null, Null> _owner;
    private readonly IntPtr _cluster;

    public MockKafka()
    {
        NativeLibrdkafka.Prepare();
        _owner = new ProducerBuilder<Null, Null>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "mock",
            ["test.mock.num.brokers"] = "1",
        }).SetLogHandler((_, _) => { }).Build();
        _cluster = Native<HandleMockCluster>("rd_kafka_handle_mock_cluster")(NativeHandle(_owner));
        BootstrapServers = Marshal.PtrToStringUTF8(Native<Bootstraps>("rd_kafka_mock_cluster_bootstraps")(_cluster))!;
    }

    private delegate IntPtr HandleMockCluster(IntPtr client);

    private delegate IntPtr Bootstraps(IntPtr cluster);

    private delegate int TopicCreate(IntPtr cluster, [MarshalAs(UnmanagedType.LPUTF8Str)] string topic, int partitions, int replicas);

    private delegate int BrokerSet(IntPtr cluster, int broker);

    private delegate void PushRequestErrors(IntPtr cluster, short request, nuint count, int[] errors);

    public string BootstrapServers { get; }

    /// <summary>Creates a topic with a name of its own.</summary>
    public string NewTopic(int partitions)
    {
        var topic = $"test.{Guid.NewGuid():n}";
        CreateTopic(topic, partitions);
        return topic;
    }

    public void CreateTopic(string topic, int partitions) =>
        Assert.Equal(0, Native<TopicCreate>("rd_kafka_mock_topic_create")(_cluster, topic, partitions, 1));

    /// <summary>Closes all connections and refuses new ones.</summary>
    public void Down() => Assert.Equal(0, Native<BrokerSet>("rd_kafka_mock_broker_set_down")(_cluster, 1));

    public void Up() => Assert.Equal(0, Native<BrokerSet>("rd_kafka_mock_broker_set_up")(_cluster, 1));

    /// <summary>Answers the next produce request with an error.</summary>
    public void FailNextAppend(ErrorCode error) =>
        Native<PushRequestErrors>("rd_kafka_mock_push_request_errors_array")(_cluster, ProduceRequest, 1, [(int)error]);

    public void Dispose() => _owner.Dispose();

    private T Native<T>(string function)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(_library, function));

    // The client library keeps its native handle to itself.
    private static IntPtr NativeHandle(IClient client)
    {
        const BindingFlags hidden = BindingFlags.Instance | BindingFlags.NonPublic;
        var handle = typeof(Handle).GetProperty("LibrdkafkaHandle", hidden)!.GetValue(client.Handle)!;
        return ((SafeHandle)handle).DangerousGetHandle();
    }
}
