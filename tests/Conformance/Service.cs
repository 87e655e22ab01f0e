namespace BrokerIm.Tests.Conformance;

/// <summary>The real services that tests may use; <c>infra/local/up</c> starts them and prints these variables.</summary>
internal static class Service
{
    /// <summary>What a variable says. Unset, the test is skipped at a desk and fails where the variable <c>CI</c> is set.</summary>
    public static string Address(string variable)
    {
        var address = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(address))
        {
            Assert.SkipUnless(
                IsContinuousIntegration, $"{variable} is not set; infra/local/up starts the services and says what to set.");
            Assert.Fail($"{variable} is not set, and a build server must not skip tests.");
        }

        return address;
    }

    private static bool IsContinuousIntegration => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
}
