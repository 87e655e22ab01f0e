using System.Diagnostics;
using System.Text;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Interop;

/// <summary>An independent client: Debian's package python3-cassandra, behind the script <c>driver.py</c>.</summary>
internal static class PythonDriver
{
    /// <summary>The interpreter for which Debian's packages are made; another one earlier in the path does not see them.</summary>
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<Task<bool>> s_isInstalled = new(FindAsync);

    /// <summary>Runs the script. Where the package is missing, the test is skipped at a desk and fails where <c>CI</c> is set.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string input, params IEnumerable<string> arguments)
    {
        Service.Require(await s_isInstalled.Value, "python3-cassandra is not installed; infra/local/install does that.");
        var (exitCode, output, errors) = await StartAsync(
            input, [Path.Combine(AppContext.BaseDirectory, "Interop", "driver.py"), .. arguments]);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    private static async Task<bool> FindAsync() =>
        File.Exists(Python) && (await StartAsync("", ["-c", "import cassandra"])).ExitCode == 0;

    private static async Task<(int ExitCode, string Output, string Errors)> StartAsync(string input, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(Patience.Token);
            var errors = process.StandardError.ReadToEndAsync(Patience.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), Patience.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code and its errors say why.
            }

            await process.WaitForExitAsync(Patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
