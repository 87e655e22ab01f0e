using System.ComponentModel;
using System.Diagnostics;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>
/// Puts a Debian package and what it needs into a folder of its own. Nothing is installed: no service starts, no other program sees
/// it, and nobody has to be root.
/// </summary>
internal static class DebianPackage
{
    /// <summary>Unpacks a package; what was unpacked before is left as it is.</summary>
    /// <returns>The folder that stands for the root of the file system.</returns>
    /// <exception cref="InvalidOperationException">This is no Debian, or the package cannot be had.</exception>
    public static async Task<string> UnpackAsync(string package, string folder, CancellationToken cancellationToken)
    {
        var root = Path.Combine(folder, package, "root");
        var done = Path.Combine(folder, package, "unpacked");
        if (File.Exists(done))
            return root;

        var archives = Directory.CreateDirectory(Path.Combine(folder, package, "archives")).FullName;
        var plan = await RunAsync(
            "apt-get", ["-s", "-qq", "-o", "Debug::NoLocking=1", "install", "--no-install-recommends", package], folder, cancellationToken);
        string[] missing =
        [
            .. plan.Split('\n').Where(static line => line.StartsWith("Inst ", StringComparison.Ordinal))
                .Select(static line => line.Split(' ')[1]).Append(package).Distinct(),
        ];
        await RunAsync("apt-get", ["download", "-qq", .. missing], archives, cancellationToken);
        foreach (var archive in Directory.EnumerateFiles(archives, "*.deb"))
            await RunAsync("dpkg", ["-x", archive, root], folder, cancellationToken);
        await File.WriteAllTextAsync(done, string.Join('\n', missing), cancellationToken);
        return root;
    }

    private static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', start.ArgumentList)}' failed; lists of packages may be old or missing (apt-get update): {await errors}");
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} is needed to fetch rivals, which works on Debian only: {exception.Message}", exception);
        }
    }
}
