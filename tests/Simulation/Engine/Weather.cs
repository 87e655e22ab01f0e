namespace BrokerIm.Simulation.Engine;

/// <summary>How bad things are between and inside the machines. Every run has its own, and at its end it clears up.</summary>
internal sealed class Weather
{
    /// <summary>Probability that a process dies or pauses at a call.</summary>
    public double Crash { get; set; }

    /// <summary>Probability that a call takes long rather than about a millisecond.</summary>
    public double Slow { get; set; }

    /// <summary>How long a slow call takes at most.</summary>
    public TimeSpan Slowest { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Probability that a call fails without having done anything.</summary>
    public double Refusal { get; set; }

    /// <summary>Probability that a call does its work and its answer is lost.</summary>
    public double LostAnswer { get; set; }

    /// <summary>Probability that a call fails for its caller and does its work much later.</summary>
    public double Belated { get; set; }

    /// <summary>Probability that a replica gets a write late, possibly after others that were made after it.</summary>
    public double LateReplica { get; set; }

    /// <summary>Probability that a bus message is lost.</summary>
    public double BusLoss { get; set; }

    /// <summary>Probability that a bus message comes twice.</summary>
    public double BusDuplicate { get; set; }

    /// <summary>How late something belated is at most.</summary>
    public TimeSpan Latest { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Draws the weather of a run: some are calm, some have one trouble, some all of them.</summary>
    public static Weather Draw(Random random)
    {
        var force = random.NextDouble() * random.NextDouble();
        return new()
        {
            Crash = Trouble(0.02),
            Slow = Trouble(0.5),
            Refusal = Trouble(0.25),
            LostAnswer = Trouble(0.25),
            Belated = Trouble(0.15),
            LateReplica = Trouble(0.6),
            BusLoss = Trouble(0.5),
            BusDuplicate = Trouble(0.3),
        };

        double Trouble(double worst) => random.Next(3) == 0 ? 0 : worst * force;
    }

    /// <summary>From now on everything works.</summary>
    public void ClearUp() =>
        Crash = Slow = Refusal = LostAnswer = Belated = LateReplica = BusLoss = BusDuplicate = 0;
}
