using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>What the account of a user says of devices; a token may be empty.</summary>
internal readonly record struct DeviceRow(UserId User, Guid Adder, bool IsShielded, string IosToken, string AndroidToken)
{
    /// <summary>The token the account has for a client type.</summary>
    public string TokenOf(ClientType client) => client == ClientType.Android ? AndroidToken : IosToken;
}

/// <summary>Whose a token is.</summary>
internal readonly record struct TokenOwner(UserId User, ClientType Client);

/// <summary>Everything that is said about push tokens and shields; all of it under conditions, as <see cref="DirectoryStatements"/> has it.</summary>
internal static class DeviceStatements
{
    public static readonly CassandraRead<IReadOnlyCollection<int>, DeviceRow> Devices = new(
        "SELECT id, added_by, push_shield, ios_token, android_token FROM user WHERE id IN ?",
        static (users, values) => values.Add(users),
        static row => new(
            new((uint)row.Int32(0)), row.Uuid(1), !row.IsNull(2) && row.Boolean(2), TextOrEmpty(row, 3), TextOrEmpty(row, 4)));

    public static readonly CassandraRead<(UserId User, bool IsOn, Guid Adder), bool> SetShield = new(
        "UPDATE user SET push_shield = ? WHERE id = ? IF added_by = ?",
        static (change, values) => values.Add(change.IsOn).Add((int)change.User.Value).Add(change.Adder),
        IsApplied);

    public static readonly CassandraRead<(UserId User, string Token, Guid Adder), bool> SetIosToken = new(
        "UPDATE user SET ios_token = ? WHERE id = ? IF added_by = ?",
        BindToken,
        IsApplied);

    public static readonly CassandraRead<(UserId User, string Token, Guid Adder), bool> SetAndroidToken = new(
        "UPDATE user SET android_token = ? WHERE id = ? IF added_by = ?",
        BindToken,
        IsApplied);

    public static readonly CassandraRead<string, TokenOwner> FindOwner = new(
        "SELECT user_id, client_type FROM device_token WHERE push_token = ?",
        static (token, values) => values.Add(token),
        static row => new(new((uint)row.Int32(0)), (ClientType)row.Int32(1)));

    public static readonly CassandraRead<(string Token, TokenOwner Owner), bool> FirstOwner = new(
        "INSERT INTO device_token (push_token, user_id, client_type) VALUES (?, ?, ?) IF NOT EXISTS",
        static (claim, values) => values.Add(claim.Token).Add((int)claim.Owner.User.Value).Add((int)claim.Owner.Client),
        IsApplied);

    public static readonly CassandraRead<(string Token, TokenOwner Old, TokenOwner New), bool> NextOwner = new(
        "UPDATE device_token SET user_id = ?, client_type = ? WHERE push_token = ? IF user_id = ? AND client_type = ?",
        static (claim, values) => values
            .Add((int)claim.New.User.Value).Add((int)claim.New.Client).Add(claim.Token)
            .Add((int)claim.Old.User.Value).Add((int)claim.Old.Client),
        IsApplied);

    private static void BindToken((UserId User, string Token, Guid Adder) change, IBoundValues values) =>
        values.Add(change.Token).Add((int)change.User.Value).Add(change.Adder);

    private static bool IsApplied(ICassandraRow row) => row.Boolean(0);

    private static string TextOrEmpty(ICassandraRow row, int column) => row.IsNull(column) ? "" : row.Text(column);
}
