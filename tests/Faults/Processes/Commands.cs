using System.Diagnostics;

namespace BrokerIm.Faults.Processes;

/// <summary>Programs that are run to their end.</summary>
internal static class Commands
{
    /// <summary>Runs a program, which must succeed.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="CommandFailedException">It did not.</exception>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        ForgetSettings(start);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new CommandFailedException($"{program} {string.Join(' ', start.ArgumentList)}: {await output}{await errors}");
    }

    /// <summary>The server refuses settings that it does not know, and those of the tests are none of its.</summary>
    public static void ForgetSettings(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
            start.Environment.Remove(name);

        static bool IsOurs(string name) =>
            name.StartsWith("BROKERIM_", StringComparison.Ordinal) && name != "BROKERIM_LOCAL_TOOLS";
    }

    /// <summary>The server's command line for settings.</summary>
    public static IEnumerable<string> Arguments(IEnumerable<(string Key, string Value)> settings) =>
        settings.SelectMany(static setting => new[] { "--set", $"{setting.Key}={setting.Value}" });
}

/// <summary>A program failed that had to succeed.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
