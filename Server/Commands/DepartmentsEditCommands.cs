using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Departments;
using BrokerIm.Server.Users;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim departments rename</c>, <c>move</c>, <c>delete</c> and <c>restore</c>.</summary>
internal static class DepartmentsEditCommands
{
    public static Command Rename()
    {
        var name = new Argument<string>("NAME") { Description = "New name, 1 to 64 characters." };
        return Create("rename", "Gives a department another name.", [name], (arguments, _) =>
            UserFields.CheckDepartment(arguments.GetRequiredValue(name)) is { } wrong
                ? (null, wrong)
                : (new(Name: arguments.GetRequiredValue(name)), ""));
    }

    public static Command Move()
    {
        var (parent, priority) = (DepartmentsOptions.Parent(), DepartmentsOptions.Priority());
        return Create("move", "Puts a department under another one, or in another place among its siblings.", [parent, priority], (arguments, tree) =>
        {
            var (under, place) = (arguments.GetValue(parent), arguments.GetValue(priority));
            if (under is null && place is null)
                return (null, "Say where to: --parent, --priority or both.");
            if (under is null or DepartmentsOptions.Root)
                return (new(ParentId: under is null ? null : 0, Priority: place), "");
            return tree.Find(under, deleted: false, out var problem) is { } found
                ? (new(ParentId: found.Id, Priority: place), "")
                : (null, problem);
        });
    }

    public static Command Delete() => Create(
        "delete", "Deletes a department without children. Its users stay in it: clients show them without one.", [],
        static (_, _) => (new(Deleted: true), ""));

    public static Command Restore() => Create(
        "restore", "Brings a deleted department back.", [], static (_, _) => (new(Deleted: false), ""), deleted: true);

    /// <param name="name">Of the command.</param>
    /// <param name="description">For the help.</param>
    /// <param name="symbols">Arguments and options beside the department.</param>
    /// <param name="editOf">Makes the edit, or says why there is none.</param>
    /// <param name="deleted">Whether the command is about deleted departments.</param>
    private static Command Create(
        string name,
        string description,
        Symbol[] symbols,
        Func<ParseResult, DepartmentTree, (DepartmentEdit? Edit, string Problem)> editOf,
        bool deleted = false)
    {
        var which = DepartmentsOptions.Which();
        var command = new Command(name, description) { which };
        foreach (var argument in symbols.OfType<Argument>())
            command.Arguments.Add(argument);
        foreach (var option in symbols.OfType<Option>())
            command.Options.Add(option);
        var access = DirectoryAccess.AddTo(command);

        command.SetAction((arguments, cancellationToken) => access.UseAsync(arguments, async directory =>
        {
            var tree = await DepartmentTree.ReadAsync(directory, cancellationToken);
            if (tree.Find(arguments.GetRequiredValue(which), deleted, out var problem) is not { } department)
                return await DepartmentsOptions.FailAsync(problem);
            (var edit, problem) = editOf(arguments, tree);
            if (edit is null)
                return await DepartmentsOptions.FailAsync(problem, UsersOptions.WrongUsage);
            return await TellAsync(await directory.EditDepartmentAsync(department.Id, edit, cancellationToken));
        }, cancellationToken));
        return command;
    }

    private static async Task<int> TellAsync(DepartmentEdited edited)
    {
        if (edited.Department is { } department)
        {
            Console.WriteLine($"Changed {department.Name} with id {department.Id}.");
            return UsersOptions.Ok;
        }

        return await DepartmentsOptions.FailAsync(edited.Result switch
        {
            DepartmentEditResult.UnknownParent => "The department above is not there or is deleted.",
            DepartmentEditResult.Ring => "A department cannot be put under itself.",
            DepartmentEditResult.NameTaken => "The department above has one of this name already, perhaps a deleted one.",
            DepartmentEditResult.HasChildren => "There are departments below it: delete or move them first.",
            _ => "There is no such department any more.",
        });
    }
}
