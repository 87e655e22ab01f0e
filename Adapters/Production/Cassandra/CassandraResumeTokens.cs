using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Resume tokens in Cassandra. Written at the clock of the node, without conditions: each device writes its own row.</summary>
internal sealed class CassandraResumeTokens(ICassandraSession session) : IResumeTokens
{
    private static readonly CassandraRead<UserId, ResumeRecord> s_find = new(
        "SELECT device, hash, previous, credential, issued_ms FROM resume_token WHERE user_id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => new(
            row.Uuid(0), row.Blob(1).ToArray(), row.Blob(2).ToArray(), row.Blob(3).ToArray(), row.Int64(4)));

    private static readonly CassandraWrite<(UserId User, ResumeRecord Record)> s_put = new(
        "INSERT INTO resume_token (user_id, device, hash, previous, credential, issued_ms) VALUES (?, ?, ?, ?, ?, ?)",
        static (in (UserId User, ResumeRecord Record) row, IBoundValues values) => values
            .Add((int)row.User.Value).Add(row.Record.Device).Add(row.Record.Hash.Span).Add(row.Record.PreviousHash.Span)
            .Add(row.Record.Credential.Span).Add(row.Record.IssuedMs));

    private static readonly CassandraWrite<(UserId User, Guid Device)> s_remove = new(
        "DELETE FROM resume_token WHERE user_id = ? AND device = ?",
        static (in (UserId User, Guid Device) row, IBoundValues values) => values.Add((int)row.User.Value).Add(row.Device));

    public async ValueTask<IReadOnlyList<ResumeRecord>> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        await session.ReadAsync(s_find, user, cancellationToken);

    public ValueTask PutAsync(UserId user, ResumeRecord record, CancellationToken cancellationToken) =>
        session.WriteAsync<(UserId, ResumeRecord)>(s_put, new[] { (user, record) }, cancellationToken);

    public ValueTask RemoveAsync(UserId user, Guid device, CancellationToken cancellationToken) =>
        session.WriteAsync<(UserId, Guid)>(s_remove, new[] { (user, device) }, cancellationToken);
}
