namespace BrokerIm.LoadTests.Running;

/// <summary>How much is asked of a server, and when.</summary>
internal abstract record LoadSimulation
{
    /// <summary>Closed loop: each connection has this many requests without an answer, and the next follows an answer.</summary>
    /// <param name="Window">Requests without an answer.</param>
    public sealed record ClosedLoop(int Window) : LoadSimulation
    {
        public override string ToString() => $"closed loop, {Window} outstanding";
    }

    /// <summary>Closed loop of whole users: so many are at it at any time, and when one is done the next begins.</summary>
    /// <param name="Copies">Users at it.</param>
    public sealed record KeepConstant(int Copies) : LoadSimulation
    {
        public override string ToString() => $"{Copies} at once";
    }

    /// <summary>Open loop: evenly spaced at a rate, whether or not the server keeps up.</summary>
    /// <param name="PerSecond">Of all connections together.</param>
    public sealed record Inject(double PerSecond) : LoadSimulation, IOpenLoop
    {
        /// <inheritdoc/>
        public double SecondsUntil(long number) => number / PerSecond;

        public override string ToString() => $"open loop at {PerSecond:N0}/s";
    }

    /// <summary>Open loop whose rate grows evenly and then stays.</summary>
    /// <param name="From">Rate at the start, per second; may be 0.</param>
    /// <param name="To">Rate at the end, per second.</param>
    /// <param name="Over">How long it grows.</param>
    public sealed record Ramp(double From, double To, TimeSpan Over) : LoadSimulation, IOpenLoop
    {
        /// <inheritdoc/>
        public double SecondsUntil(long number)
        {
            // After t seconds From·t + (To − From)·t² / (2·Over) requests are due; this solves it for t.
            var (seconds, growth) = (Over.TotalSeconds, (To - From) / Over.TotalSeconds);
            var dueAtTop = (From + To) / 2 * seconds;
            if (number >= dueAtTop)
                return seconds + ((number - dueAtTop) / To);
            return growth == 0
                ? number / From
                : (Math.Sqrt((From * From) + (2 * growth * number)) - From) / growth;
        }

        public override string ToString() => $"open loop from {From:N0}/s to {To:N0}/s over {Over.TotalSeconds:0} s";
    }
}
