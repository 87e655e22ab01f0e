namespace BrokerIm.Core.Ports;

/// <summary>
/// Takes in accounts and departments that come from another server, under the numbers they have there. Held by the import command
/// alone, while no server runs on the store.
/// </summary>
public interface IDirectoryImport
{
    /// <summary>Sees to it that every number given out from now on lies above these. Safe to repeat; numbers only rise.</summary>
    ValueTask ReserveAsync(TakenNumbers taken, CancellationToken cancellationToken);

    /// <summary>
    /// Adds an account with the number and the time of change it has. One with that number and name that is there already is left as
    /// it is, so repeating is safe.
    /// </summary>
    ValueTask<ImportOutcome> AddAsync(UserAccount account, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a department with the number and the time of change it has, or leaves it as it is. Whether there is such a parent is not
    /// looked at.
    /// </summary>
    ValueTask<ImportOutcome> AddAsync(Department department, CancellationToken cancellationToken);
}

/// <summary>Highest numbers that another server has given out; 0 for none.</summary>
public sealed record TakenNumbers(uint Users, uint Departments, uint Groups);

/// <summary>What became of something that was to be taken in.</summary>
public enum ImportOutcome
{
    /// <summary>It was added.</summary>
    Added,

    /// <summary>It was there, with this number and this name.</summary>
    Existing,

    /// <summary>The number belongs to another one.</summary>
    NumberTaken,

    /// <summary>The name belongs to another one.</summary>
    NameTaken,
}
