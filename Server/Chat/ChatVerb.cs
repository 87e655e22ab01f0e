namespace BrokerIm.Server.Chat;

/// <summary>Something a line that starts with a slash can ask for.</summary>
/// <param name="Name">One word or two, without the slash.</param>
/// <param name="Arguments">How its arguments are written; empty when it has none.</param>
/// <param name="Purpose">What it does.</param>
/// <param name="RunAsync">Does it; false when the arguments are not of that kind.</param>
internal sealed record ChatVerb(
    string Name, string Arguments, string Purpose, Func<IReadOnlyList<string>, CancellationToken, Task<bool>> RunAsync)
{
    /// <summary>How it is written.</summary>
    public string Usage => Arguments.Length > 0 ? $"/{Name} {Arguments}" : $"/{Name}";
}
