namespace BrokerIm.Cql.Tests.Support;

/// <summary>How long tests wait for what is going to happen.</summary>
internal static class Patience
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    /// <summary>Ends with the test, or when patience does.</summary>
    public static CancellationToken Token
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(Long);
            return source.Token;
        }
    }

    /// <summary>A deadline that far ahead, on the system clock's timestamp scale.</summary>
    public static long Deadline => In(Long);

    public static long In(TimeSpan span) => TimeProvider.System.GetTimestamp() + (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
