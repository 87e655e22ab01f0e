using System.Globalization;
using System.Text;
using BrokerIm.Core.Ports;

namespace BrokerIm.Server.Users;

/// <summary>The fields a user may have in an import file, and what is allowed in them (protocol chapter 09 section 1.1).</summary>
internal static class UserFields
{
    private const int NameCharactersMax = 32;
    private const int DepartmentCharactersMax = 64;
    private const int SignatureBytesMax = 128;

    /// <summary>Names of all fields, as they stand in files.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "name", "password", "nick", "department", "email", "phone", "gender", "avatar", "domain", "status", "signature",
    ];

    /// <summary>Makes an entry out of texts; a field that is missing counts as empty.</summary>
    /// <param name="fields">By name.</param>
    /// <param name="problem">What is wrong and what is allowed, when there is no entry.</param>
    public static UserEntry? TryMake(IReadOnlyDictionary<string, string> fields, out string problem)
    {
        problem = Check(fields) ?? "";
        if (problem.Length > 0)
            return null;

        string Text(string field) => fields.GetValueOrDefault(field, "");
        return new()
        {
            Name = Text("name"),
            Password = Text("password"),
            Nick = Text("nick"),
            Department = Text("department"),
            Email = Text("email"),
            Phone = Text("phone"),
            Gender = Number(Text("gender")) ?? 0,
            Avatar = Text("avatar"),
            Domain = Text("domain"),
            Status = Number(Text("status")) ?? 0,
            Signature = Text("signature"),
        };
    }

    /// <summary>Makes an edit out of texts; a field that is missing stays as it is. Departments are not among them.</summary>
    /// <inheritdoc cref="TryMake"/>
    public static ProfileEdit? TryEdit(IReadOnlyDictionary<string, string> fields, out string problem)
    {
        problem = CheckDetails(fields) ?? "";
        if (problem.Length > 0)
            return null;

        string? Text(string field) => fields.GetValueOrDefault(field);
        return new(
            Nick: Text("nick"),
            Gender: Number(Text("gender") ?? ""),
            Avatar: Text("avatar"),
            Email: Text("email"),
            Phone: Text("phone"),
            Domain: Text("domain"),
            Status: Number(Text("status") ?? ""),
            Signature: Text("signature"));
    }

    /// <summary>What is wrong with the name of a department, or null.</summary>
    public static string? CheckDepartment(string name) =>
        string.IsNullOrWhiteSpace(name) ? "the name of a department is empty." : CheckLength("department", name, DepartmentCharactersMax);

    /// <summary>What is wrong with a login name, or null.</summary>
    public static string? CheckName(string name)
    {
        if (name.Length is 0 or > NameCharactersMax)
            return $"'name' has {name.Length} characters; it must have 1 to {NameCharactersMax}.";
        return name.Any(char.IsControl) ? "'name' contains control characters." : null;
    }

    private static string? Check(IReadOnlyDictionary<string, string> fields)
    {
        var unknown = fields.Keys.FirstOrDefault(field => !All.Contains(field));
        if (unknown is not null)
            return $"there is no field '{unknown}'; the fields are {string.Join(", ", All)}.";

        string Text(string field) => fields.GetValueOrDefault(field, "");
        return CheckName(Text("name"))
            ?? (Text("password").Length == 0 ? "'password' is empty." : null)
            ?? CheckLength("department", Text("department"), DepartmentCharactersMax)
            ?? CheckDetails(fields);
    }

    private static string? CheckDetails(IReadOnlyDictionary<string, string> fields)
    {
        string Text(string field) => fields.GetValueOrDefault(field, "");
        return CheckLength("nick", Text("nick"), 32)
            ?? CheckLength("email", Text("email"), 64)
            ?? CheckLength("phone", Text("phone"), 32)
            ?? CheckNumber("gender", Text("gender"), 2, "0 unknown, 1 male or 2 female")
            ?? CheckLength("avatar", Text("avatar"), 255)
            ?? CheckLength("domain", Text("domain"), 32)
            ?? CheckNumber("status", Text("status"), 4, "0 active, 1 probation, 2 official, 3 left or 4 intern")
            ?? CheckSignature(Text("signature"));
    }

    private static string? CheckLength(string field, string text, int max)
    {
        if (text.Length > max)
            return $"'{field}' has {text.Length} characters; it may have {max}.";
        return text.Any(char.IsControl) ? $"'{field}' contains control characters." : null;
    }

    private static string? CheckNumber(string field, string text, uint max, string allowed) =>
        text.Length == 0 || Number(text) <= max ? null : $"'{field}' is '{text}'; it must be {allowed}.";

    private static string? CheckSignature(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes > SignatureBytesMax ? $"'signature' has {bytes} bytes in UTF-8; it may have {SignatureBytesMax}." : null;
    }

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
