using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Server.Groups;

/// <summary>
/// Brings an operator's commands to groups into the log, where all changes of groups are decided, and waits until they are done. In
/// an installation with brokers a Persist worker does them; on an embedded store, whose log lives in its one process, this process is
/// that one for the moment, so the server must not run.
/// </summary>
internal sealed class GroupPublisher : IAsyncDisposable
{
    /// <summary>Sender of an operator's command.</summary>
    private const uint Operator = 0;

    private const uint RecordVersion = 1;
    private const int UniqueBytes = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;
    private readonly ILogWriter<InboundRecord> _log;
    private readonly TimeProvider _time;

    private GroupPublisher(IHost host)
    {
        _host = host;
        _log = host.Services.GetRequiredService<ILogWriter<InboundRecord>>();
        _time = host.Services.GetRequiredService<TimeProvider>();
        Groups = host.Services.GetRequiredService<IGroupReader>();
        Users = host.Services.GetRequiredService<IUserDirectory>();
    }

    /// <summary>What groups there are.</summary>
    public IGroupReader Groups { get; }

    /// <summary>Who there is.</summary>
    public IUserDirectory Users { get; }

    /// <summary>Opens log and stores: those in Kafka and Cassandra where the latter is configured, else the embedded ones.</summary>
    /// <param name="settings">Read from every source.</param>
    /// <param name="embedded">Whether the embedded ones are meant whatever is configured.</param>
    /// <param name="cancellationToken">Gives up waiting for the services.</param>
    /// <exception cref="InvalidOperationException">An embedded server runs on that data.</exception>
    public static async Task<GroupPublisher> OpenAsync(IConfiguration settings, bool embedded, CancellationToken cancellationToken) =>
        new(await OperatorHost.OpenAsync(settings, embedded, cancellationToken));

    /// <summary>Makes a group.</summary>
    /// <param name="type">Official groups are changed by operators alone, discussion groups by their members too.</param>
    /// <param name="name">1 to 256 characters.</param>
    /// <param name="avatar">URL or path; may be empty.</param>
    /// <param name="members">At least one.</param>
    /// <param name="cancellationToken">Gives up waiting; the group may still come.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="TimeoutException">Nobody has taken the command up yet.</exception>
    public async Task<uint> CreateAsync(
        GroupType type, string name, string avatar, IReadOnlyList<UserId> members, CancellationToken cancellationToken)
    {
        var request = ClientMessageId.Create(
            _time.GetUtcNow().ToUnixTimeMilliseconds(), RandomNumberGenerator.GetBytes(UniqueBytes));
        var group = await _host.Services.GetRequiredService<IGroupIds>().ReserveAsync(Operator, request, cancellationToken);
        var entry = Entry(EntryKind.GroupCreate, group, members);
        entry.ClientMessageId = request.ToByteString();
        entry.Group = new() { Type = (uint)type, Name = name, Avatar = avatar };
        await PublishAsync(group, entry, static facts => facts is not null, cancellationToken);
        return group;
    }

    /// <summary>Adds or removes members; who is one already, or is none, must be left out.</summary>
    /// <param name="kind"><see cref="EntryKind.GroupAdd"/> or <see cref="EntryKind.GroupRemove"/>.</param>
    /// <param name="group">Which.</param>
    /// <param name="users">At least one.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still come.</param>
    /// <exception cref="TimeoutException">Nobody has taken the command up yet.</exception>
    public async Task ChangeAsync(EntryKind kind, uint group, IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        var before = (await Groups.GroupsAsync([group], cancellationToken))[0]!.Version;
        await PublishAsync(group, Entry(kind, group, users), facts => facts?.Version > before, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private InboundEntry Entry(EntryKind kind, uint group, IEnumerable<UserId> users)
    {
        var entry = new InboundEntry
        {
            Kind = kind,
            Relation = ConversationId.Group(group).Value,
            Sender = Operator,
            StampMs = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        entry.Users.AddRange(users.Select(static user => user.Value).Distinct());
        return entry;
    }

    private async Task PublishAsync(
        uint group, InboundEntry entry, Func<GroupFacts?, bool> isDone, CancellationToken cancellationToken)
    {
        var record = new InboundRecord { Version = RecordVersion, Gateway = "operator", Entries = { entry } };
        await _log.AppendAsync(
            Partitioning.PartitionOf(ConversationId.Group(group), _log.PartitionCount), record, cancellationToken);

        var began = _time.GetTimestamp();
        while (!isDone((await Groups.GroupsAsync([group], cancellationToken))[0]))
        {
            if (_time.GetElapsedTime(began) > s_patience)
                throw new TimeoutException("The log has the command, and no Persist worker has taken it up yet.");
            await Task.Delay(s_pause, _time, cancellationToken);
        }
    }
}
