namespace BrokerIm.LoadTests.Running;

/// <summary>Where things are kept that can be made again: ceilings, rivals and their data.</summary>
internal static class KitFolder
{
    /// <summary>A folder of this user on this machine.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        System.IO.Path.GetTempPath(), $"brokerim-loadtests-{Environment.UserName}");
}
