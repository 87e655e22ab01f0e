using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Server.Users;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Unit.Users;

public sealed class UserImportTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-import-").FullName;
    private readonly ServiceProvider _services;
    private readonly IUserDirectoryWriter _directory;

    public UserImportTests()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Embedded:DataDirectory", _folder)]).Build();
        _services = new ServiceCollection().AddLogging().AddSqliteStores(settings).BuildServiceProvider();
        _directory = _services.GetRequiredService<IUserDirectoryWriter>();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Users_are_added_in_the_order_of_the_file_and_can_log_in()
    {
        var rows = Enumerable.Range(1, 50).Select(number => Row($"user{number:00}")).ToList();
        var report = await ImportAsync(rows);

        Assert.Equal((50, 0, 0), (report.AddedCount, report.ExistingCount, report.FailedCount));
        var users = await _directory.ListChangedAsync(0, 100, Stop);
        Assert.Equal(rows.Select(row => row.Entry!.Name), users.OrderBy(user => user.Id).Select(user => user.Name));

        var account = await _directory.FindAsync("user07", Stop);
        Assert.True(PasswordRecord.Parse(account!.Credential)!.Verify(PasswordRecord.ClientText("secret of user07")));
        Assert.Equal("user07", account.Profile.Nick);
        Assert.Equal("user07", account.Profile.Domain);
    }

    [Fact]
    public async Task Import_goes_on_after_wrong_rows_and_leaves_existing_users_as_they_are()
    {
        await ImportAsync([Row("alice")]);
        var before = await _directory.FindAsync("alice", Stop);
        List<string> complaints = [];
        var report = await ImportAsync(
            [Row("alice"), ImportRow.Wrong("line 3", "no good."), Row("bob", place: "line 4"), Row("bob", place: "line 5"), Row("carol")],
            complaints: complaints);

        Assert.Equal((2, 1, 2), (report.AddedCount, report.ExistingCount, report.FailedCount));
        Assert.Equal(["line 3: no good.", "line 5: 'bob' stands in the file already, at line 4."], complaints);
        Assert.Equal(before, await _directory.FindAsync("alice", Stop));
        Assert.Equal("Added 2, existing 1, failed 2.", report.Summary(dryRun: false));
    }

    [Fact]
    public async Task Dry_run_counts_and_writes_nothing()
    {
        await ImportAsync([Row("alice")]);
        var report = await ImportAsync([Row("alice"), Row("bob"), ImportRow.Wrong("line 3", "no good.")], dryRun: true);
        Assert.Equal("Would add 1, existing 1, failed 1.", report.Summary(dryRun: true));
        Assert.Null(await _directory.FindAsync("bob", Stop));
    }

    [Fact]
    public async Task Unknown_department_is_created_once()
    {
        await ImportAsync([Row("alice", department: "Sales"), Row("bob", department: "Sales"), Row("carol", department: "")]);
        var department = Assert.Single(await _directory.ListDepartmentsAsync(0, Stop));
        Assert.Equal("Sales", department.Name);
        Assert.Equal(department.Id, (await _directory.FindAsync("alice", Stop))!.Profile.DepartmentId);
        Assert.Equal(department.Id, (await _directory.FindAsync("bob", Stop))!.Profile.DepartmentId);
        Assert.Equal(0u, (await _directory.FindAsync("carol", Stop))!.Profile.DepartmentId);
    }

    private static ImportRow Row(string name, string place = "somewhere", string department = "") =>
        new(place, new() { Name = name, Password = $"secret of {name}", Department = department }, Problem: "");

    private async Task<ImportReport> ImportAsync(
        List<ImportRow> rows, bool dryRun = false, List<string>? complaints = null)
    {
        var report = new ImportReport(rows.Count, complaint => complaints?.Add(complaint), _ => { });
        await new UserImport(_directory, iterations: 10, dryRun).RunAsync(rows, report, Stop);
        return report;
    }
}
