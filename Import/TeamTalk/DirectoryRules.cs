using System.Text;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Makes accounts and departments of old rows.</summary>
internal static class DirectoryRules
{
    private const int NameCharactersMax = 32;
    private const int SignatureBytesMax = 128;
    private const uint GenderMax = 2;
    private const uint StatusMax = 4;

    /// <summary>Stands where the old row holds no password that could be checked: nobody can log in with it.</summary>
    private const string NoPassword = "none";

    /// <summary>Accounts in the order of their numbers, each with the row it was made of.</summary>
    public static List<(UserAccount Account, UserRow Row)> Users(IReadOnlyList<UserRow> rows, ImportReport report)
    {
        var accounts = new List<(UserAccount, UserRow)>(rows.Count);
        var owners = NameOwners(rows);
        foreach (var row in rows)
        {
            if (!new UserId(row.Id).IsValid)
                report.Skip("IMUser", row.Id, "the number is outside 1 to 2147483647");
            else
                accounts.Add((AccountOf(row, owners[row.Name] == row.Id, report), row));
        }

        return accounts;
    }

    /// <summary>Departments in the order of their numbers.</summary>
    public static List<Department> Departments(IEnumerable<DepartmentRow> rows, ImportReport report)
    {
        var departments = new List<Department>();
        var taken = new HashSet<(uint Parent, string Name)>();
        foreach (var row in rows)
        {
            if (row.Id is 0 or > UserId.MaxValue)
            {
                report.Skip("IMDepart", row.Id, "the number is outside 1 to 2147483647");
                continue;
            }

            var name = row.Name;
            if (name.Length == 0 || !taken.Add((row.ParentId, name)))
            {
                name = $"{row.Name}#{row.Id}";
                taken.Add((row.ParentId, name));
                report.Adapt("IMDepart", row.Id, "renamed to NAME#ID: the name is empty or taken");
            }

            departments.Add(new(
                row.Id, name, row.ParentId <= UserId.MaxValue ? row.ParentId : 0, Math.Min(row.Priority, int.MaxValue),
                row.Status != 0, TimeOf(row.Updated)));
        }

        return departments;
    }

    // The old server let several users share a name; of those who may log in, the first keeps it.
    private static Dictionary<string, uint> NameOwners(IEnumerable<UserRow> rows)
    {
        var owners = new Dictionary<string, uint>();
        foreach (var row in rows.Where(static row => row.Name.Length > 0).OrderBy(static row => row.Status != 0).ThenBy(static row => row.Id))
            owners.TryAdd(row.Name, row.Id);
        owners[""] = 0;
        return owners;
    }

    private static UserAccount AccountOf(UserRow row, bool keepsName, ImportReport report)
    {
        var name = row.Name;
        if (!keepsName)
        {
            var suffix = $"#{row.Id}";
            name = row.Name[..Math.Min(row.Name.Length, NameCharactersMax - suffix.Length)] + suffix;
            report.Adapt("IMUser", row.Id, "renamed to NAME#ID: the name is empty or taken");
        }

        var password = TeamTalkPassword.Create(row.Password, row.Salt);
        if (password is null)
            report.Adapt("IMUser", row.Id, "the password is no MD5; nobody can log in until it is set");
        var signature = Shorten(row.Signature);
        if (signature.Length < row.Signature.Length)
            report.Adapt("IMUser", row.Id, $"the signature was cut to {SignatureBytesMax} bytes");
        var profile = new UserProfile(
            new(row.Id),
            name,
            row.Nick,
            row.Sex <= GenderMax ? row.Sex : 0,
            row.Avatar,
            row.DepartmentId <= UserId.MaxValue ? row.DepartmentId : 0,
            row.Email,
            row.Phone,
            row.Domain,
            Math.Min(row.Status, StatusMax),
            signature,
            TimeOf(row.Updated));
        return new(profile, password?.ToString() ?? NoPassword);
    }

    // Clients ask for what changed after 0, and would never hear of what changed at 0.
    private static long TimeOf(long seconds) => Math.Clamp(seconds, 1, uint.MaxValue);

    private static string Shorten(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= SignatureBytesMax)
            return text;

        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > SignatureBytesMax)
                break;
            kept.Append(rune);
        }

        return kept.ToString();
    }
}
