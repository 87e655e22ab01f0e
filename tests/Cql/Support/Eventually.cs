namespace BrokerIm.Cql.Tests.Support;

/// <summary>Waits for what another thread is about to bring about and signals to nobody.</summary>
internal static class Eventually
{
    /// <summary>Returns once the condition holds; fails the test when patience ends before.</summary>
    public static async Task HoldsAsync(Func<bool> condition)
    {
        var patience = Patience.Token;
        while (!condition())
        {
            patience.ThrowIfCancellationRequested();
            await Task.Delay(1, patience);
        }
    }
}
