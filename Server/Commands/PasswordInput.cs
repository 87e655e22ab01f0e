using Spectre.Console;

namespace BrokerIm.Server.Commands;

/// <summary>Gets a password that was not given on the command line, where others could read it.</summary>
internal static class PasswordInput
{
    /// <summary>Environment variable looked at before anybody is asked.</summary>
    public const string Variable = "BROKERIM_PASSWORD";

    /// <summary>The given password, or that of the environment, or one asked for at a terminal; null when there is none.</summary>
    public static string? Find(string? given, string question) =>
        given
        ?? Environment.GetEnvironmentVariable(Variable)
        ?? (Console.IsInputRedirected || Console.IsOutputRedirected ? null : Ask(question));

    private static string Ask(string question) =>
        AnsiConsole.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret(mask: null));
}
