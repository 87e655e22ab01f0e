namespace BrokerIm.Tests.Conformance;

/// <summary>Bounds on waiting in tests that talk to real services on a busy machine.</summary>
internal static class Deadline
{
    /// <summary>Long enough for anything that is going to happen at all.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Ends with the test, or when patience does.</summary>
    public static CancellationToken Token
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(Patience);
            return source.Token;
        }
    }

    /// <summary>Asks again and again until the answer is yes: for what only time or another process brings about.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Token;
        while (!await condition())
        {
            deadline.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
