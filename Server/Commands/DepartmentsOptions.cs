using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary>What the commands about departments have in common.</summary>
internal static class DepartmentsOptions
{
    /// <summary>The value of <see cref="Parent"/> that stands for no parent.</summary>
    public const string Root = "0";

    /// <summary>Which department.</summary>
    public static Argument<string> Which() => new("DEPARTMENT") { Description = "Name, or id if several have that name." };

    /// <summary>Under which one.</summary>
    public static Option<string?> Parent() => new("--parent")
    {
        Description = $"Name or id of the department above; {Root} for none.", HelpName = "DEPARTMENT",
    };

    /// <summary>In which place.</summary>
    public static Option<uint?> Priority()
    {
        var option = new Option<uint?>("--priority")
        {
            Description = "Place among its siblings, the lowest first. Defaults to 0.", HelpName = "N",
        };

        // The store keeps it with a sign.
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<uint?>() > int.MaxValue)
                result.AddError($"--priority must be 0 to {int.MaxValue}.");
        });
        return option;
    }

    /// <summary>Says what is wrong.</summary>
    public static async Task<int> FailAsync(string problem, int exitCode = UsersOptions.Failed)
    {
        await Console.Error.WriteLineAsync(problem);
        return exitCode;
    }
}
