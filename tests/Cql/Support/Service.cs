using System.Net;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>The real node that tests may use; <c>infra/local/up</c> starts one and prints its variable.</summary>
internal static class Service
{
    private const string Variable = "BROKERIM_TEST_CASSANDRA";

    /// <summary><c>host:port</c>. Unset, the test is skipped at a desk and fails where the variable <c>CI</c> is set.</summary>
    public static string ContactPoint
    {
        get
        {
            var address = Environment.GetEnvironmentVariable(Variable);
            Require(!string.IsNullOrEmpty(address), $"{Variable} is not set; infra/local/up starts the services and says what to set.");
            return address!;
        }
    }

    /// <summary>The same as an end point.</summary>
    public static IPEndPoint Node => IPEndPoint.Parse(ContactPoint);

    /// <summary>Skips the test at a desk, and fails it on a build server, where something is not there.</summary>
    public static void Require(bool isThere, string otherwise)
    {
        if (isThere)
            return;
        Assert.SkipUnless(IsContinuousIntegration, otherwise);
        Assert.Fail($"{otherwise} A build server must not skip tests.");
    }

    private static bool IsContinuousIntegration => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
}
