namespace BrokerIm.LoadTests.Reporting;

/// <summary>How it went in about a second.</summary>
/// <param name="Seconds">Its end, from the start of the load.</param>
/// <param name="IsMeasured">False in the warm-up.</param>
/// <param name="PerSecond">Rate of each step.</param>
/// <param name="ServerProcessors">Processors that the servers kept busy; null when none is watched.</param>
internal sealed record TimelinePoint(double Seconds, bool IsMeasured, IReadOnlyList<double> PerSecond, double? ServerProcessors);
