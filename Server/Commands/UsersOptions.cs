using System.CommandLine;
using BrokerIm.Core.Security;

namespace BrokerIm.Server.Commands;

/// <summary>What the commands about users have in common.</summary>
internal static class UsersOptions
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    private const int MaxIterations = 10_000_000;

    /// <summary>Work factor of stored passwords.</summary>
    public static Option<int> Iterations()
    {
        var option = new Option<int>("--password-iterations")
        {
            Description = "PBKDF2 iterations per password. Fewer only for load tests: they make stolen passwords easy to guess.",
            HelpName = "N",
            DefaultValueFactory = _ => PasswordRecord.DefaultIterations,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxIterations)
                result.AddError($"--password-iterations must be 1 to {MaxIterations}.");
        });
        return option;
    }
}
