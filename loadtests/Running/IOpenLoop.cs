namespace BrokerIm.LoadTests.Running;

/// <summary>A load whose clock does not wait for answers, so that a slow server cannot slow down what is asked of it.</summary>
internal interface IOpenLoop
{
    /// <summary>When a request is due, in seconds from the start; never falls.</summary>
    /// <param name="number">From 0.</param>
    double SecondsUntil(long number);
}
