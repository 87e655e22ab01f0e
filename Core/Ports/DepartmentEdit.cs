namespace BrokerIm.Core.Ports;

/// <summary>What to change of a department; null leaves a field as it is.</summary>
/// <param name="Name">New name.</param>
/// <param name="ParentId">New parent; 0 is the root.</param>
/// <param name="Priority">Place among its siblings.</param>
/// <param name="Deleted">Whether it is deleted. Clients keep a deleted department and hide it.</param>
public sealed record DepartmentEdit(string? Name = null, uint? ParentId = null, uint? Priority = null, bool? Deleted = null)
{
    /// <summary>Decides whether the edit is possible, and what comes of it.</summary>
    /// <param name="id">Which department.</param>
    /// <param name="all">All departments.</param>
    /// <param name="nowSeconds">Time of the change in Unix seconds; a department's time never goes back.</param>
    public DepartmentEdited ApplyTo(uint id, IReadOnlyCollection<Department> all, long nowSeconds)
    {
        var byId = all.ToDictionary(static department => department.Id);
        if (!byId.TryGetValue(id, out var old))
            return new(DepartmentEditResult.Unknown, null);

        var edited = old with
        {
            Name = Name ?? old.Name,
            ParentId = ParentId ?? old.ParentId,
            Priority = Priority ?? old.Priority,
            Deleted = Deleted ?? old.Deleted,
            UpdatedSeconds = Math.Max(nowSeconds, old.UpdatedSeconds),
        };
        var result = Judge(old, edited, byId);
        return new(result, result == DepartmentEditResult.Done ? edited : null);
    }

    private static DepartmentEditResult Judge(Department old, Department edited, Dictionary<uint, Department> byId)
    {
        var comes = edited.ParentId != old.ParentId || (old.Deleted && !edited.Deleted);
        if (comes && edited.ParentId != 0 && byId.GetValueOrDefault(edited.ParentId) is not { Deleted: false })
            return DepartmentEditResult.UnknownParent;
        if (edited.ParentId != old.ParentId && IsBelow(edited.ParentId, edited.Id, byId))
            return DepartmentEditResult.Ring;
        if (byId.Values.Any(other => other.Id != edited.Id && other.ParentId == edited.ParentId && other.Name == edited.Name))
            return DepartmentEditResult.NameTaken;
        if (edited.Deleted && !old.Deleted && byId.Values.Any(other => other.ParentId == edited.Id && !other.Deleted))
            return DepartmentEditResult.HasChildren;
        return DepartmentEditResult.Done;
    }

    /// <summary>Whether a department is another one or somewhere below it. Steps are counted, should there be a ring already.</summary>
    private static bool IsBelow(uint id, uint above, Dictionary<uint, Department> byId)
    {
        for (var steps = 0; id != 0 && steps <= byId.Count; steps++)
        {
            if (id == above)
                return true;
            id = byId.GetValueOrDefault(id)?.ParentId ?? 0;
        }

        return false;
    }
}

/// <summary>What came of an edit.</summary>
/// <param name="Result">Whether it was done.</param>
/// <param name="Department">The department as it is now; null when nothing was changed.</param>
public sealed record DepartmentEdited(DepartmentEditResult Result, Department? Department);

/// <summary>Why a department was changed or not.</summary>
public enum DepartmentEditResult
{
    /// <summary>It was.</summary>
    Done,

    /// <summary>There is no such department.</summary>
    Unknown,

    /// <summary>There is no such parent, or it is deleted.</summary>
    UnknownParent,

    /// <summary>The new parent is the department itself or lies below it.</summary>
    Ring,

    /// <summary>The parent has a department of this name, perhaps a deleted one.</summary>
    NameTaken,

    /// <summary>Departments below it are not deleted.</summary>
    HasChildren,
}
