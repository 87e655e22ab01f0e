using BrokerIm.Core.Ports;
using BrokerIm.Server.Departments;

namespace BrokerIm.Tests.Unit.Server;

public sealed class DepartmentTreeTests
{
    private static readonly DepartmentTree s_tree = new(
    [
        Of(1, "Sales", 0, priority: 2),
        Of(2, "Research", 0, priority: 1),
        Of(3, "Physics", 2),
        Of(4, "Chemistry", 2),
        Of(5, "Lab", 4),
        Of(6, "Lab", 3),
        Of(7, "Old", 0, priority: 9, deleted: true),
        Of(8, "12", 1),
        Of(9, "Orphan", 99, priority: 8),
    ]);

    [Fact]
    public void Parents_come_before_children_and_siblings_by_priority_and_name() => Assert.Equal(
        [(2u, 0), (4, 1), (5, 2), (3, 1), (6, 2), (1, 0), (8, 1), (9, 0), (7, 0)],
        s_tree.InOrder().Select(one => (one.Department.Id, one.Depth)));

    [Theory]
    [InlineData("Research", false, 2u)]
    [InlineData("5", false, 5u)]
    [InlineData("12", false, 8u)]
    [InlineData("Old", true, 7u)]
    [InlineData("7", true, 7u)]
    public void Department_is_found_by_name_then_id(string text, bool deleted, uint id)
    {
        Assert.Equal(id, s_tree.Find(text, deleted, out var problem)?.Id);
        Assert.Empty(problem);
    }

    [Theory]
    [InlineData("Lab", false, "There are several: name one of 5, 6.")]
    [InlineData("research", false, "There is no department 'research'.")]
    [InlineData("Old", false, "There is no department 'Old'.")]
    [InlineData("7", false, "There is no department '7'.")]
    [InlineData("Sales", true, "There is no deleted department 'Sales'.")]
    public void What_is_not_there_or_not_alone_is_told(string text, bool deleted, string expected)
    {
        Assert.Null(s_tree.Find(text, deleted, out var problem));
        Assert.Equal(expected, problem);
    }

    private static Department Of(uint id, string name, uint parent, uint priority = 0, bool deleted = false) =>
        new(id, name, parent, priority, deleted, UpdatedSeconds: 1);
}
