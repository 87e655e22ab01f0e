using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.SelfTest;

/// <summary>
/// What this build of the generator can do on this machine when nothing behind the socket costs anything. A result near it was
/// limited by the generator and not by the server.
/// </summary>
/// <param name="PerSecond">Messages acknowledged and delivered per second, on one core that the sink shares.</param>
/// <param name="Outstanding">Messages of a connection without an ack.</param>
/// <param name="Microseconds">Processor time per message, the sink's included.</param>
internal sealed record Ceiling(double PerSecond, int Outstanding, double Microseconds)
{
    /// <summary>What was measured last with this build on this machine; null when nothing was.</summary>
    public static Ceiling? Known() => File.Exists(CacheFile) ? JsonSerializer.Deserialize<Ceiling>(File.ReadAllText(CacheFile)) : null;

    /// <summary>Keeps it for later runs.</summary>
    public void Keep()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(CacheFile)!);
        File.WriteAllText(CacheFile, JsonSerializer.Serialize(this));
    }

    // Another build or another machine is another ceiling.
    private static string CacheFile
    {
        get
        {
            var key = $"{typeof(Ceiling).Assembly.ManifestModule.ModuleVersionId} {Environment.MachineName} {Machine.This.Processor}";
            return Path.Combine(
                KitFolder.Path, $"ceiling-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..16]}.json");
        }
    }
}
