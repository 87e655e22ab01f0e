using Microsoft.Extensions.Configuration;

namespace BrokerIm.Server.Hosting;

/// <summary>Where settings come from: a file, the environment, the command line; the later wins.</summary>
internal static class Settings
{
    /// <summary>Prefix of environment variables; two underscores stand for the colon, as in <c>BROKERIM_Gateway__Port</c>.</summary>
    public const string EnvironmentPrefix = "BROKERIM_";

    /// <summary>Reads every source.</summary>
    /// <exception cref="SettingsException">The file is missing or no JSON, or an override is not KEY=VALUE.</exception>
    public static IConfigurationRoot From(FileInfo? file, string? dataDirectory, IReadOnlyList<string> overrides)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null)
        {
            if (!file.Exists)
                throw new SettingsException([$"--config {file.FullName}: no such file."]);
            builder.AddJsonFile(file.FullName, optional: false, reloadOnChange: false);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);
        if (dataDirectory is not null)
            builder.AddInMemoryCollection([new("Embedded:DataDirectory", dataDirectory)]);
        builder.AddInMemoryCollection(overrides.Select(Parse));

        try
        {
            return builder.Build();
        }
        catch (InvalidDataException exception)
        {
            throw new SettingsException([$"--config {file?.FullName}: {exception.InnerException?.Message ?? exception.Message}"]);
        }
    }

    private static KeyValuePair<string, string?> Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals], text[(equals + 1)..])
            : throw new SettingsException([$"--set {text}: expected Section:Key=Value."]);
    }
}

/// <summary>The configuration is wrong; each problem names the key, the value and what is allowed.</summary>
internal sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
