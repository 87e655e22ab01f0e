using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Departments;
using BrokerIm.Server.Users;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim departments add</c>.</summary>
internal static class DepartmentsAddCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name, 1 to 64 characters; one that was deleted comes back." };
        var (parent, priority) = (DepartmentsOptions.Parent(), DepartmentsOptions.Priority());
        var command = new Command("add", "Adds a department.") { name, parent, priority };
        var access = DirectoryAccess.AddTo(command);

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var called = arguments.GetRequiredValue(name);
            if (UserFields.CheckDepartment(called) is { } wrong)
                return await DepartmentsOptions.FailAsync(wrong, UsersOptions.WrongUsage);
            return await access.UseAsync(
                arguments,
                directory => AddAsync(directory, called, arguments.GetValue(parent), arguments.GetValue(priority), cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> AddAsync(
        IUserDirectoryWriter directory, string name, string? under, uint? priority, CancellationToken cancellationToken)
    {
        var tree = await DepartmentTree.ReadAsync(directory, cancellationToken);
        uint parentId = 0;
        if (under is not null and not DepartmentsOptions.Root)
        {
            if (tree.Find(under, deleted: false, out var problem) is not { } parent)
                return await DepartmentsOptions.FailAsync(problem);
            parentId = parent.Id;
        }

        if (tree.InOrder().Any(one => one.Department is { Deleted: false } known && known.Name == name && known.ParentId == parentId))
            return await DepartmentsOptions.FailAsync($"There is a department '{name}' there already.");

        var added = await directory.GetOrAddDepartmentAsync(name, parentId, cancellationToken);
        if (priority is { } place)
            await directory.EditDepartmentAsync(added.Id, new(Priority: place), cancellationToken);
        Console.WriteLine($"Added {name} with id {added.Id}.");
        return UsersOptions.Ok;
    }
}
