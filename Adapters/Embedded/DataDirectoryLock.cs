using BrokerIm.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// Keeps a second embedded server off the same data: two of them would go on from the same log position and give one id to two
/// messages. The system lets go of the lock when the process dies, however it dies.
/// </summary>
internal sealed class DataDirectoryLock(IOptions<EmbeddedOptions> options) : IHostedService, IDisposable
{
    private FileStream? _file;

    /// <exception cref="InvalidOperationException">Another process has it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var path = options.Value.Path + ".lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DependencyUnavailableException($"{path} cannot be opened.", exception);
        }
        catch (IOException exception)
        {
            throw new InvalidOperationException($"Another embedded server is using {options.Value.Path}.", exception);
        }

        return Task.CompletedTask;
    }

    /// <summary>Keeps the lock: others may still be writing.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _file?.Dispose();
}
