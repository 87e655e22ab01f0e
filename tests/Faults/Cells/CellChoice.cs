namespace BrokerIm.Faults.Cells;

/// <summary>Which cells are run.</summary>
internal static class CellChoice
{
    /// <summary>The number of the day, counted from 1970: a seed that is a new one every day and the same all day long.</summary>
    public static int Today => (int)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() / (24 * 60 * 60));

    /// <summary>Cells by their names, or some of all, in the order of <see cref="Cell.All"/>.</summary>
    /// <param name="names">With commas between them; null for all.</param>
    /// <param name="subset">How many of those; null for all.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="ArgumentException">There is no such cell.</exception>
    public static IReadOnlyList<Cell> Of(string? names, int? subset, int seed)
    {
        var cells = names is null ? Cell.All : [.. names.Split(',', StringSplitOptions.TrimEntries).Select(Cell.Named)];
        if (subset is not { } count)
            return cells;

        Cell[] shuffled = [.. cells];
        new Random(seed).Shuffle(shuffled);
        var chosen = shuffled.Take(count).ToHashSet();
        return [.. cells.Where(chosen.Contains)];
    }
}
