namespace BrokerIm.Server.Users;

/// <summary>A user as it stands in an import file.</summary>
internal sealed record UserEntry
{
    /// <summary>Login name, 1 to 32 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Password as the user will type it.</summary>
    public required string Password { get; init; }

    /// <summary>Display name; the login name when empty.</summary>
    public string Nick { get; init; } = "";

    /// <summary>Name of a department at the root; created when unknown, none when empty.</summary>
    public string Department { get; init; } = "";

    public string Email { get; init; } = "";

    public string Phone { get; init; } = "";

    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public uint Gender { get; init; }

    /// <summary>URL or path of a picture.</summary>
    public string Avatar { get; init; } = "";

    /// <summary>Latin spelling for sorting; the login name when empty.</summary>
    public string Domain { get; init; } = "";

    /// <summary>0 active, 1 probation, 2 official, 3 left, 4 intern; only 0 may log in.</summary>
    public uint Status { get; init; }

    public string Signature { get; init; } = "";
}
