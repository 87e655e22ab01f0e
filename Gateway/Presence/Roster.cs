using System.Buffers;
using System.Threading.Channels;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Tells every PC session here who went online or offline. Everybody hears of everybody, so changes that come while a round is
/// being told are gathered for the next: encoded once, one write to each socket, and of a flapping user only the last state.
/// </summary>
internal sealed class Roster(ConnectionTable table) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private Dictionary<UserId, UserStatType> _changes = [];

    /// <summary>Notes that a user's status has changed.</summary>
    public void Tell(UserId user, UserStatType status)
    {
        lock (_gate)
            _changes[user] = status;
        _wake.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var frames = new ArrayBufferWriter<byte>();
        await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
        {
            frames.ResetWrittenCount();
            foreach (var (user, status) in TakeChanges())
                FrameWriter.Write(frames, Command.UserStatNotify, 0, Notify(user, status));
            TellAll(frames.WrittenSpan);
        }
    }

    private static IMUserStatNotify Notify(UserId user, UserStatType status) =>
        new() { UserStat = new() { UserId = user.Value, Status = status } };

    private Dictionary<UserId, UserStatType> TakeChanges()
    {
        lock (_gate)
        {
            var taken = _changes;
            _changes = [];
            return taken;
        }
    }

    // Mobile clients never hear this (protocol chapter 02 section 8).
    private void TellAll(ReadOnlySpan<byte> frames)
    {
        foreach (var session in table.All)
        {
            if (!session.IsLoggedIn || session.Class != DeviceClass.Pc)
                continue;
            session.Write(frames);
            session.Flush();
        }
    }
}
