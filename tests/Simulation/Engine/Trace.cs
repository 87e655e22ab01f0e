namespace BrokerIm.Simulation.Engine;

/// <summary>
/// Everything that happened in a run, in its order, as one number; as text too where somebody wants to read it. Two runs with equal
/// numbers did the same things at the same times.
/// </summary>
internal sealed class Trace(TextWriter? text)
{
    private const ulong Prime = 0x100000001B3;

    /// <summary>The number.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Things that happened.</summary>
    public long Length { get; private set; }

    /// <summary>Whether somebody reads it.</summary>
    public bool IsRead => text is not null;

    /// <summary>Something for the reader that is no part of the number.</summary>
    public void Remark(TimeSpan at, string who, string what) => Write(at, who, what, 0, 0);

    /// <summary>Notes that something happened.</summary>
    /// <param name="at">Virtual time since the start.</param>
    /// <param name="who">Whose doing.</param>
    /// <param name="what">What.</param>
    /// <param name="one">A fact about it.</param>
    /// <param name="two">Another.</param>
    public void Add(TimeSpan at, string who, string what, ulong one = 0, ulong two = 0)
    {
        Length++;
        Mix((ulong)at.Ticks);
        Mix(who);
        Mix(what);
        Mix(one);
        Mix(two);
        Write(at, who, what, one, two);
    }

    private void Write(TimeSpan at, string who, string what, ulong one, ulong two) =>
        text?.WriteLine($"{at.TotalMilliseconds,12:F3} {who,-12} {what} {(one, two) switch
        {
            (0, 0) => "",
            (_, 0) => $"{one}",
            _ => $"{one} {two}",
        }}");

    // Strings by their characters: their own hash codes differ from process to process.
    private void Mix(string word)
    {
        foreach (var letter in word)
            Mix(letter);
    }

    private void Mix(ulong value) => Hash = unchecked((Hash ^ value) * Prime);
}
