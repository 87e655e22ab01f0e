namespace BrokerIm.Simulation.Engine;

/// <summary>What befalls a process at a call to the outside.</summary>
internal enum Fate
{
    /// <summary>Nothing.</summary>
    GoesOn,

    /// <summary>It dies before anything has left it.</summary>
    DiesBefore,

    /// <summary>It dies after what it asked for has happened and before it hears so.</summary>
    DiesAfter,

    /// <summary>It stands still before anything has left it.</summary>
    PausesBefore,

    /// <summary>It stands still after what it asked for has happened and before it hears so.</summary>
    PausesAfter,
}

/// <summary>Decides at every call of a process whether it survives it.</summary>
internal abstract class CrashPlan
{
    /// <summary>Nothing ever happens.</summary>
    public static CrashPlan None { get; } = new Nothing();

    /// <summary>What happens at this call.</summary>
    public abstract Fate At(string call);

    private sealed class Nothing : CrashPlan
    {
        public override Fate At(string call) => Fate.GoesOn;
    }
}

/// <summary>Crashes by chance, until the end of the storm.</summary>
internal sealed class ChanceCrashes(Scheduler scheduler, Weather weather) : CrashPlan
{
    public override Fate At(string call) =>
        scheduler.Happens(weather.Crash) ? (Fate)scheduler.Random.Next((int)Fate.DiesBefore, (int)Fate.PausesAfter + 1) : Fate.GoesOn;
}

/// <summary>Crashes at given calls: the n-th of a name, counted over all processes that share the plan.</summary>
internal sealed class PlannedCrashes(params PlannedCrash[] crashes) : CrashPlan
{
    private readonly Dictionary<string, int> _calls = [];

    /// <summary>How many of the crashes came about.</summary>
    public int Done { get; private set; }

    public override Fate At(string call)
    {
        var count = _calls[call] = _calls.GetValueOrDefault(call) + 1;
        foreach (var crash in crashes)
        {
            if (crash.Call == call && crash.Occurrence == count)
            {
                Done++;
                return crash.Fate;
            }
        }

        return Fate.GoesOn;
    }
}

/// <summary>One planned crash.</summary>
/// <param name="Call">Name of the call.</param>
/// <param name="Occurrence">Which call of that name, from 1.</param>
/// <param name="Fate">What happens there.</param>
internal readonly record struct PlannedCrash(string Call, int Occurrence, Fate Fate);
