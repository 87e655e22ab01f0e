using System.Reflection;
using System.Runtime.InteropServices;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// Finds the native half of the Kafka client: the one that came with the package, or else the system's (Debian: librdkafka1),
/// whose file has another name.
/// </summary>
internal static class NativeLibrdkafka
{
    private const string NameInPackage = "librdkafka";
    private const string NameInSystem = "librdkafka.so.1";

    private static readonly Lazy<bool> s_resolver = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(Confluent.Kafka.Library).Assembly, Find);
        return true;
    });

    /// <summary>To be called before the client is used; repeating is free.</summary>
    public static void Prepare() => _ = s_resolver.Value;

    /// <summary>The library itself.</summary>
    public static IntPtr Load()
    {
        var client = typeof(Confluent.Kafka.Library).Assembly;
        return NativeLibrary.TryLoad(NameInPackage, client, null, out var library) || NativeLibrary.TryLoad(NameInSystem, out library)
            ? library
            : throw new DllNotFoundException(
                $"Neither the package nor the system has {NameInPackage}; on Debian: apt-get install librdkafka1.");
    }

    // The client tries other names too, of builds for other systems; those it finds or not by itself.
    private static IntPtr Find(string name, Assembly client, DllImportSearchPath? path) =>
        name == NameInPackage ? Load() : IntPtr.Zero;
}
