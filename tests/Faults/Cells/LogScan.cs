using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.Faults.Cells;

/// <summary>Looks for what must be in no log.</summary>
internal static class LogScan
{
    /// <summary>Searches all files for the secrets, as they are and as clients send them (hexadecimal MD5).</summary>
    /// <returns>File and line of each find, and which secret it was; never the line itself.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(
        IEnumerable<string> folders, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        List<string> wanted = [.. secrets, .. secrets.Select(Sent)];
        List<string> found = [];
        foreach (var file in folders.SelectMany(static folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)))
        {
            var number = 0;
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                var secret = wanted.FindIndex(one => line.Contains(one, StringComparison.OrdinalIgnoreCase));
                if (secret >= 0)
                    found.Add($"{Path.GetFileName(file)}, line {number}: secret {secret}");
            }
        }

        return found;
    }

#pragma warning disable CA5351 // MD5 is the protocol's choice.
    private static string Sent(string secret) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(secret)));
#pragma warning restore CA5351
}
