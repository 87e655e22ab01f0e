using System.Globalization;
using BrokerIm.Core.Ports;

namespace BrokerIm.Server.Departments;

/// <summary>Departments as an operator sees them: parents before their children, siblings by priority and then by name.</summary>
/// <param name="all">All departments, deleted ones included.</param>
internal sealed class DepartmentTree(IReadOnlyList<Department> all)
{
    /// <summary>Reads them from the directory.</summary>
    public static async Task<DepartmentTree> ReadAsync(IUserDirectory directory, CancellationToken cancellationToken) =>
        new(await directory.ListDepartmentsAsync(updatedAfterSeconds: -1, cancellationToken));

    /// <summary>Every department with its depth; the root's children have depth 0.</summary>
    public IEnumerable<(Department Department, int Depth)> InOrder()
    {
        var known = all.Select(static department => department.Id).ToHashSet();
        var children = all.ToLookup(department => known.Contains(department.ParentId) ? department.ParentId : 0);
        return Below(0, 0);

        IEnumerable<(Department, int)> Below(uint parent, int depth) => children[parent]
            .OrderBy(static department => department.Priority)
            .ThenBy(static department => department.Name, StringComparer.Ordinal)
            .SelectMany(department => Below(department.Id, depth + 1).Prepend((department, depth)));
    }

    /// <summary>The department that an operator means by an id or a name.</summary>
    /// <param name="text">An id, or a name that only one of them has.</param>
    /// <param name="deleted">Whether a deleted one is meant.</param>
    /// <param name="problem">Why there is none.</param>
    public Department? Find(string text, bool deleted, out string problem)
    {
        var kind = deleted ? "deleted department" : "department";
        var candidates = all.Where(department => department.Deleted == deleted).ToList();
        var named = candidates.Where(department => department.Name == text).ToList();
        if (named.Count == 0 && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            named = candidates.Where(department => department.Id == id).ToList();

        problem = named.Count switch
        {
            0 => $"There is no {kind} '{text}'.",
            1 => "",
            _ => $"There are several: name one of {string.Join(", ", named.Select(static department => department.Id))}.",
        };
        return named.Count == 1 ? named[0] : null;
    }
}
