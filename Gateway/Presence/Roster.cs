using System.Buffers;
using System.Threading.Channels;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Tells sessions here what everybody is to hear: who went online or offline, who has a new signature or picture. Changes that come
/// while a round is being told are gathered for the next: encoded once, one flush of each socket, and of what one user changes
/// several times only the last.
/// </summary>
internal sealed class Roster(ConnectionTable table, TimeProvider time) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private const int RestFactor = 9;
    private static readonly TimeSpan s_restMax = TimeSpan.FromSeconds(2);

    private Dictionary<(UserId User, ushort Command), IMessage> _changes = [];

    /// <summary>Notes that a user's status has changed; PC sessions are told.</summary>
    public void Tell(UserId user, UserStatType status) => Note(
        user, Command.UserStatNotify, new IMUserStatNotify { UserStat = new() { UserId = user.Value, Status = status } });

    /// <summary>Notes that a user has a new signature; every session is told (protocol chapter 04 section 4).</summary>
    public void TellSignature(UserId user, string text) => Note(
        user, Command.SignInfoChangedNotify, new IMSignInfoChangedNotify { ChangedUserId = user.Value, SignInfo = text });

    /// <summary>Notes that a user has a new picture; every session is told (protocol chapter 04 section 5).</summary>
    public void TellAvatar(UserId user, string url) => Note(
        user, Command.AvatarChangedNotify, new IMAvatarChangedNotify { ChangedUserId = user.Value, AvatarUrl = url });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (forPcs, forAll) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
        {
            forPcs.ResetWrittenCount();
            forAll.ResetWrittenCount();
            foreach (var ((_, command), notify) in TakeChanges())
                FrameWriter.Write(command == Command.UserStatNotify ? forPcs : forAll, command, 0, notify);
            var began = time.GetTimestamp();
            TellAll(forPcs.WrittenSpan, forAll.WrittenSpan);
            await RestAsync(time.GetElapsedTime(began), stoppingToken);
        }
    }

    /// <summary>
    /// When everybody comes at once every round is for everybody, and rounds without a pause would keep a core from letting people
    /// in. So the next gathers changes for some times as long as this one took: microseconds for few sessions.
    /// </summary>
    private Task RestAsync(TimeSpan round, CancellationToken cancellationToken)
    {
        var rest = round * RestFactor;
        return rest <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(rest < s_restMax ? rest : s_restMax, time, cancellationToken);
    }

    private void Note(UserId user, ushort command, IMessage notify)
    {
        lock (_gate)
            _changes[(user, command)] = notify;
        _wake.Writer.TryWrite(true);
    }

    private Dictionary<(UserId User, ushort Command), IMessage> TakeChanges()
    {
        lock (_gate)
        {
            var taken = _changes;
            _changes = [];
            return taken;
        }
    }

    // Mobile clients never hear of a status (protocol chapter 02 section 8).
    private void TellAll(ReadOnlySpan<byte> forPcs, ReadOnlySpan<byte> forAll)
    {
        foreach (var session in table.All)
        {
            if (!session.IsLoggedIn)
                continue;
            if (session.Class == DeviceClass.Pc)
                session.WriteParts(forPcs, forAll);
            else
                session.Write(forAll);
            session.Flush();
        }
    }
}
