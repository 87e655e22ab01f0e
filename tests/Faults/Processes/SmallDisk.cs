namespace BrokerIm.Faults.Processes;

/// <summary>A folder on a small file system of its own, which can be filled to the last byte.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int PieceBytes = 1024 * 1024;
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Ballast => Path.Combine(_folder, "ballast");

    /// <summary>Makes one.</summary>
    /// <param name="folder">Empty or not there yet.</param>
    /// <param name="megabytes">Its size.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when this machine does not allow it.</returns>
    public static async Task<SmallDisk?> TryMountAsync(string folder, int megabytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        try
        {
            await Commands.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder], cancellationToken);
            return new(folder);
        }
        catch (Exception exception) when (exception is CommandFailedException or System.ComponentModel.Win32Exception)
        {
            // Only root may mount; the cells that need it say so.
            return null;
        }
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        var piece = new byte[PieceBytes];
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = piece.Length; size > 0;)
        {
            try
            {
                file.Write(piece, 0, size);
            }
            catch (IOException)
            {
                // Full, for a piece of this size.
                size /= 2;
            }
        }
    }

    /// <summary>Gives the space back.</summary>
    public void Free() => File.Delete(Ballast);

    /// <summary>Takes it away; what a dying process still has open goes with that process.</summary>
    public async ValueTask DisposeAsync() => await Commands.RunAsync("umount", ["--lazy", _folder], CancellationToken.None);
}
