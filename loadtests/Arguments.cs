using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace BrokerIm.LoadTests;

/// <summary>Options that several commands have.</summary>
internal static class Arguments
{
    /// <summary>A number with bounds.</summary>
    public static Option<int> Number(string name, string description, int standard, int min, int max)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} {min} to {max}; defaults to {standard}.", DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number && (number < min || number > max))
                result.AddError($"{name} is {number}; it must be {min} to {max}.");
        });
        return option;
    }

    /// <summary>A server, HOST:PORT, on this machine unless another is named.</summary>
    public static Option<EndPoint> Target(int standardPort) => new("--target")
    {
        Description = "The server, HOST:PORT.",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, standardPort),
        CustomParser = ParseTarget,
    };

    /// <summary>A users file.</summary>
    public static Option<FileInfo> Users() => new("--users")
    {
        Description = "Users file (see the command 'users'); the first of it are used.", Required = true,
    };

    /// <summary>A rate above zero, or none.</summary>
    public static Option<double?> Rate(string description)
    {
        var option = new Option<double?>("--rate") { Description = description };
        option.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double?>() is { } rate && !(rate is > 0 and <= 10_000_000))
                result.AddError($"--rate is {rate}; it must be above 0 and at most 10000000.");
        });
        return option;
    }

    private static EndPoint? ParseTarget(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (IPEndPoint.TryParse(text, out var address) && address.Port > 0)
            return address;
        if (text.Split(':') is [var host, var port] && ushort.TryParse(port, out var number) && number > 0)
            return new DnsEndPoint(host, number);

        result.AddError($"--target '{text}' must be HOST:PORT.");
        return null;
    }
}
