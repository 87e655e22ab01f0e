namespace BrokerIm.Simulation.Variants;

/// <summary>Everything that can be put wrong.</summary>
internal static class AllVariants
{
    /// <summary>Wrong variants, each of which must be caught.</summary>
    public static IReadOnlyList<Variant> Wrong { get; } =
    [
        new AckEarly(), new NoDedupe(), new NoStaleRule(), new WallClock(), new HeadRow(), new CommitEarly(), new SkipOnTimeout(),
        new CounterIds(), new OldBound(), new EvictBusy(), new TwoRules(), new NoRepair(), new NoGapRepair(), new LatePresence(), new BlindToLoss(),
        new NoMembership(),
    ];

    /// <summary>A variant by its name, null when there is none.</summary>
    public static Variant? Find(string name) => Wrong.Append(Variant.Right).FirstOrDefault(variant => variant.Name == name);
}
