using System.Buffers.Binary;
using Google.Protobuf;

namespace BrokerIm.Import.TeamTalk;

/// <summary>
/// Recordings in a copy of the folder of msfs, the old picture server. The database holds their URLs, which end in the path below
/// that folder.
/// </summary>
/// <param name="folder">Full path; null when there is no copy.</param>
internal sealed class AudioFolder(string? folder)
{
    private const int DurationBytes = 4;

    /// <summary>What a client may send in one frame (protocol chapter 01 section 3), less the fields around it.</summary>
    private const long LargestFile = 250 * 1024;

    /// <summary>The recording's file, or null and why there is none.</summary>
    public string? Find(string? url, out string problem)
    {
        problem = "";
        if (url is null)
            problem = "the audio record is missing";
        else if (folder is null)
            problem = "audio needs --audio-dir";
        else if (PathOf(url) is not { } path || Existing(path) is not { } file)
            problem = "the audio file is missing";
        else if (new FileInfo(file).Length is 0 or > LargestFile)
            problem = "the audio file is empty or too large";
        else
            return file;
        return null;
    }

    /// <summary>The data of an audio message: length in seconds, big-endian, and the file (protocol chapter 03 section 10.3).</summary>
    public static ByteString Read(string file, uint seconds)
    {
        var content = File.ReadAllBytes(file);
        var data = new byte[DurationBytes + content.Length];
        BinaryPrimitives.WriteUInt32BigEndian(data, seconds);
        content.CopyTo(data, DurationBytes);
        return UnsafeByteOperations.UnsafeWrap(data);
    }

    // The copy may begin above or at the folder "g0".
    private string? Existing(string path)
    {
        string[] candidates = [Path.GetFullPath(path, folder!), Path.GetFullPath(path[(path.IndexOf('/') + 1)..], folder!)];
        var inside = Path.TrimEndingDirectorySeparator(folder!) + Path.DirectorySeparatorChar;
        return candidates.FirstOrDefault(file => file.StartsWith(inside, StringComparison.Ordinal) && File.Exists(file));
    }

    private static string? PathOf(string url)
    {
        var path = Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https"
            ? Uri.UnescapeDataString(absolute!.AbsolutePath)
            : url;
        path = path.TrimStart('/');
        return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? null : path;
    }
}
