using BrokerIm.Core.Ports;

namespace BrokerIm.Server.Commands;

/// <summary>Turns what an operator can do something about into a sentence and an exit code.</summary>
internal static class OperatorGuard
{
    private const int Failed = 1;

    /// <summary>Runs a command's work.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is DependencyUnavailableException or TimeoutException or IOException)
        {
            await Console.Error.WriteLineAsync($"Not done: {exception.Message}");
            return Failed;
        }
        catch (InvalidOperationException exception) when (exception.Message.StartsWith("Another embedded server", StringComparison.Ordinal))
        {
            await Console.Error.WriteLineAsync(
                $"{exception.Message} Its log lives in its process, so stop the server for the moment of this command.");
            return Failed;
        }
    }
}
