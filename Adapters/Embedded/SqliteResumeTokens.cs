using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Resume tokens in the database.</summary>
internal sealed class SqliteResumeTokens(SqliteReaders readers, SqliteWriter writer) : IResumeTokens
{
    public ValueTask<IReadOnlyList<ResumeRecord>> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        readers.ReadAsync(user, static (session, user) =>
        {
            var records = new List<ResumeRecord>();
            using var rows = session
                .Prepare("SELECT device, hash, previous, credential, issued_ms FROM resume_token WHERE user_id = ?1")
                .Bind(1, user.Value).Query();
            while (rows.Next())
            {
                records.Add(new(
                    new(rows.Blob(0)), rows.Blob(1).ToArray(), rows.Blob(2).ToArray(), rows.Blob(3).ToArray(), rows.Int64(4)));
            }

            return (IReadOnlyList<ResumeRecord>)records;
        }, cancellationToken);

    public async ValueTask PutAsync(UserId user, ResumeRecord record, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                session
                    .Prepare(
                        """
                        INSERT OR REPLACE INTO resume_token (user_id, device, hash, previous, credential, issued_ms)
                        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                        """)
                    .Bind(1, user.Value).Bind(2, record.Device.ToByteArray()).Bind(3, record.Hash.Span)
                    .Bind(4, record.PreviousHash.Span).Bind(5, record.Credential.Span).Bind(6, record.IssuedMs)
                    .Execute();
                return session.ChangedRows;
            },
            cancellationToken);

    public async ValueTask RemoveAsync(UserId user, Guid device, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                session.Prepare("DELETE FROM resume_token WHERE user_id = ?1 AND device = ?2")
                    .Bind(1, user.Value).Bind(2, device.ToByteArray()).Execute();
                return session.ChangedRows;
            },
            cancellationToken);
}
