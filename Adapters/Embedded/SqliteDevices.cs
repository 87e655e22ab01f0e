using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Push tokens and night shields in the database.</summary>
internal sealed class SqliteDevices(SqliteReaders readers, SqliteWriter writer) : IDevices
{
    public ValueTask<bool?> GetPushShieldAsync(UserId user, CancellationToken cancellationToken) =>
        readers.ReadAsync(user, static (session, user) =>
        {
            using var rows = session.Prepare("SELECT push_shield FROM user WHERE id = ?1").Bind(1, user.Value).Query();
            return rows.Next() ? rows.Int64(0) != 0 : (bool?)null;
        }, cancellationToken);

    public async ValueTask<bool> SetPushShieldAsync(UserId user, bool isOn, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                session.Prepare("UPDATE user SET push_shield = ?2 WHERE id = ?1").Bind(1, user.Value).Bind(2, isOn ? 1 : 0).Execute();
                return session.ChangedRows > 0;
            },
            cancellationToken);

    public async ValueTask<bool> BindAsync(UserId user, ClientType client, string token, CancellationToken cancellationToken)
    {
        DeviceToken.ThrowIfImpossible(client, token);

        // Replaces the device's old token as well as the token's old device: each is a key.
        return await writer.RunAsync(
            session =>
            {
                session
                    .Prepare(
                        """
                        INSERT OR REPLACE INTO device (user_id, client_type, token)
                        SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM user WHERE id = ?1)
                        """)
                    .Bind(1, user.Value).Bind(2, (int)client).Bind(3, token).Execute();
                return session.ChangedRows > 0;
            },
            cancellationToken);
    }

    public async ValueTask RemoveAsync(UserId user, ClientType client, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                session.Prepare("DELETE FROM device WHERE user_id = ?1 AND client_type = ?2")
                    .Bind(1, user.Value).Bind(2, (int)client).Execute();
                return session.ChangedRows;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<PushDevice>> ReadDevicesAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        readers.ReadAsync(users, static (session, users) =>
        {
            var devices = new List<PushDevice>();
            var statement = session.Prepare(
                """
                SELECT client_type, token, push_shield FROM device JOIN user ON user.id = device.user_id WHERE device.user_id = ?1
                """);
            foreach (var user in users.Distinct())
            {
                using var rows = statement.Bind(1, user.Value).Query();
                while (rows.Next())
                    devices.Add(new(user, (ClientType)rows.Int64(0), rows.Text(1), rows.Int64(2) != 0));
            }

            return (IReadOnlyList<PushDevice>)devices;
        }, cancellationToken);
}
