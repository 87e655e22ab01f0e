using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production;
using BrokerIm.Contracts.Records;
using BrokerIm.Gateway;
using BrokerIm.Workers.Deliver;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Hosting;

/// <summary>What each role is made of. This table is the architecture.</summary>
internal static class Roles
{
    /// <summary>Adds a role with its adapters.</summary>
    public static void Add(IServiceCollection services, string role, IConfiguration configuration)
    {
        _ = role switch
        {
            "gateway" => services.AddProductionAdapters(configuration).AddGateway(configuration),
            "persist" => services.AddProductionAdapters(configuration).AddPersist(configuration),
            "deliver" => services.AddProductionAdapters(configuration).AddDeliver(configuration),
            "embedded" => services.AddEmbeddedAdapters(configuration)
                .AddPersist(configuration).AddDeliver(configuration).AddGateway(configuration),
            _ => throw new ArgumentException($"Unknown role '{role}'.", nameof(role)),
        };
    }

    /// <summary>Adds what a role's readiness depends on beside what every role has.</summary>
    public static void AddChecks(IHealthChecksBuilder checks, string role)
    {
        if (role is "persist" or "embedded")
            checks.AddPartitionsCheck<InboundRecord>("inbound");
        if (role is "deliver" or "embedded")
            checks.AddPartitionsCheck<OutboundRecord>("outbound");
    }

    /// <summary>Whether the role takes client connections.</summary>
    public static bool TakesClients(string role) => role is "gateway" or "embedded";
}
