using BrokerIm.Core.Ports;

namespace BrokerIm.Tests.Conformance;

/// <content>Changes of profiles and departments.</content>
public abstract partial class UserDirectoryConformance
{
    [Fact]
    public async Task Edit_changes_what_it_names_and_the_time()
    {
        var directory = Open(_time);
        var added = await directory.AddAsync(new(Fresh.Name(), "credential", "Nick", Signature: "old"), Deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(1));

        var signed = await directory.EditAsync(added!.Id, new(Signature: "🙂 new"), Deadline.Token);
        Assert.Equal(added! with { Signature = "🙂 new", UpdatedSeconds = Now }, signed);

        var everything = new ProfileEdit("昵称", 2, "http://a/b.png", 7, "a@b.c", "123", "nicheng", 3, "");
        var edited = await directory.EditAsync(added.Id, everything, Deadline.Token);
        Assert.Equal(
            new UserProfile(added.Id, added.Name, "昵称", 2, "http://a/b.png", 7, "a@b.c", "123", "nicheng", 3, "", Now), edited);
        Assert.Equal(new UserAccount(edited!, "credential"), await directory.FindAsync(added.Name, Deadline.Token));
        Assert.Equal([edited!], await directory.GetAsync([added.Id], Deadline.Token));
    }

    [Fact]
    public async Task Same_value_again_is_a_change()
    {
        var directory = Open(_time);
        var added = await directory.AddAsync(new(Fresh.Name(), "", "", Avatar: "same"), Deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(1));

        var expected = added! with { UpdatedSeconds = Now };
        Assert.Equal(expected, await directory.EditAsync(added.Id, new(Avatar: "same"), Deadline.Token));
        Assert.Equal(expected, await directory.EditAsync(added.Id, new(Avatar: "same"), Deadline.Token));
    }

    [Fact]
    public async Task Edit_of_nobody_is_told() =>
        Assert.Null(await Open(_time).EditAsync(new(Core.Values.UserId.MaxValue), new("Nick"), Deadline.Token));

    [Fact]
    public async Task Changed_profile_is_listed_once_at_its_new_place()
    {
        var (directory, start) = (Open(_time), Now);
        List<UserProfile> users = [];
        for (var i = 0; i < 3; i++, _time.Advance(TimeSpan.FromSeconds(1)))
            users.Add((await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!);

        var moved = await directory.EditAsync(users[0].Id, new(Nick: "moved"), Deadline.Token);
        Assert.Equal([users[1], users[2], moved!], await OursAsync(start));
        Assert.Equal([moved!], await OursAsync(Now));

        _time.Advance(TimeSpan.FromSeconds(1));
        var again = await directory.EditAsync(users[0].Id, new(Nick: "again"), Deadline.Token);
        Assert.Equal([users[1], users[2], again!], await OursAsync(start));

        async Task<IEnumerable<UserProfile>> OursAsync(long since) =>
            (await directory.ListChangedAsync(since, 1_000, Deadline.Token)).Where(one => users.Any(user => user.Id == one.Id));
    }

    [Fact]
    public async Task Time_of_a_change_never_goes_back()
    {
        var directory = Open(_time);
        var added = await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token);
        var behind = Open(new Support.ManualTimeProvider(_time.GetUtcNow() - TimeSpan.FromMinutes(1)));

        var edited = await behind.EditAsync(added!.Id, new(Nick: "late"), Deadline.Token);

        Assert.Equal(added with { Nick = "late" }, edited);
        Assert.Contains(edited!, await directory.ListChangedAsync(Now, 1_000, Deadline.Token));
    }

    [Fact]
    public async Task Edits_of_different_fields_at_the_same_time_all_stay()
    {
        var (one, other) = (Open(_time), Open(_time));
        var added = await one.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token);
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(
                one.EditAsync(added!.Id, new(Signature: $"{round}"), Deadline.Token).AsTask(),
                other.EditAsync(added.Id, new(Avatar: $"{round}"), Deadline.Token).AsTask(),
                other.EditAsync(added.Id, new(Status: (uint)round), Deadline.Token).AsTask());

            Assert.Equal(
                [added! with { Signature = $"{round}", Avatar = $"{round}", Status = (uint)round }],
                await one.GetAsync([added.Id], Deadline.Token));
        }
    }

    [Fact]
    public async Task Department_is_renamed_moved_ordered_deleted_and_restored()
    {
        var directory = Open(_time);
        var parent = await directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
        var department = await directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        var name = Fresh.Name();

        await ExpectAsync(new(Name: name), department with { Name = name, UpdatedSeconds = Now });
        await ExpectAsync(
            new(ParentId: parent.Id, Priority: 7),
            department with { Name = name, ParentId = parent.Id, Priority = 7, UpdatedSeconds = Now });
        _time.Advance(TimeSpan.FromSeconds(1));
        await ExpectAsync(
            new(Deleted: true),
            department with { Name = name, ParentId = parent.Id, Priority = 7, Deleted = true, UpdatedSeconds = Now });
        _time.Advance(TimeSpan.FromSeconds(1));
        await ExpectAsync(
            new(Deleted: false), department with { Name = name, ParentId = parent.Id, Priority = 7, UpdatedSeconds = Now });

        // The old name is free again, and what is there stays as it is when it is asked for.
        Assert.NotEqual(department.Id, (await directory.GetOrAddDepartmentAsync(department.Name, 0, Deadline.Token)).Id);
        Assert.Equal(department.Id, (await directory.GetOrAddDepartmentAsync(name, parent.Id, Deadline.Token)).Id);

        async Task ExpectAsync(DepartmentEdit edit, Department expected)
        {
            Assert.Equal(
                new DepartmentEdited(DepartmentEditResult.Done, expected),
                await directory.EditDepartmentAsync(department.Id, edit, Deadline.Token));
            Assert.Contains(expected, await directory.ListDepartmentsAsync(Now - 1, Deadline.Token));
        }
    }

    [Fact]
    public async Task Deleted_department_comes_back_when_it_is_added()
    {
        var directory = Open(_time);
        var department = await directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
        await directory.EditDepartmentAsync(department.Id, new(Priority: 3, Deleted: true), Deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            department with { Priority = 3, UpdatedSeconds = Now },
            await directory.GetOrAddDepartmentAsync(department.Name, 0, Deadline.Token));
    }

    [Fact]
    public async Task Impossible_edit_of_a_department_is_refused_and_changes_nothing()
    {
        var directory = Open(_time);
        var top = await directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
        var middle = await directory.GetOrAddDepartmentAsync(Fresh.Name(), top.Id, Deadline.Token);
        var bottom = await directory.GetOrAddDepartmentAsync(Fresh.Name(), middle.Id, Deadline.Token);
        var gone = await directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
        await directory.EditDepartmentAsync(gone.Id, new(Deleted: true), Deadline.Token);
        _time.Advance(TimeSpan.FromSeconds(1));

        await ExpectAsync(int.MaxValue, new(Name: "x"), DepartmentEditResult.Unknown);
        await ExpectAsync(middle.Id, new(ParentId: int.MaxValue), DepartmentEditResult.UnknownParent);
        await ExpectAsync(middle.Id, new(ParentId: gone.Id), DepartmentEditResult.UnknownParent);
        await ExpectAsync(top.Id, new(ParentId: top.Id), DepartmentEditResult.Ring);
        await ExpectAsync(top.Id, new(ParentId: bottom.Id), DepartmentEditResult.Ring);
        await ExpectAsync(top.Id, new(Name: gone.Name), DepartmentEditResult.NameTaken);
        await ExpectAsync(top.Id, new(Deleted: true), DepartmentEditResult.HasChildren);
        var changed = (await directory.ListDepartmentsAsync(Now - 1, Deadline.Token)).Select(one => one.Id);
        Assert.Empty(changed.Intersect([top.Id, middle.Id, bottom.Id]));

        async Task ExpectAsync(uint id, DepartmentEdit edit, DepartmentEditResult result) => Assert.Equal(
            new DepartmentEdited(result, null), await directory.EditDepartmentAsync(id, edit, Deadline.Token));
    }

    [Fact]
    public async Task Of_two_moves_that_would_make_a_ring_one_is_refused()
    {
        var (one, other) = (Open(_time), Open(_time));
        for (var round = 0; round < 5; round++)
        {
            var left = await one.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);
            var right = await one.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token);

            var moved = await Task.WhenAll(
                one.EditDepartmentAsync(left.Id, new(ParentId: right.Id), Deadline.Token).AsTask(),
                other.EditDepartmentAsync(right.Id, new(ParentId: left.Id), Deadline.Token).AsTask());

            Assert.Equal(
                [DepartmentEditResult.Done, DepartmentEditResult.Ring], moved.Select(edited => edited.Result).Order());
        }
    }
}
