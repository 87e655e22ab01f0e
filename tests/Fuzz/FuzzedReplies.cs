using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Authorisation;
using Google.Protobuf;

namespace BrokerIm.Tests.Fuzz;

/// <summary>Whatever a client sends, what it gets back are whole frames that it can read, and that are its own.</summary>
internal static class FuzzedReplies
{
    // What users hear of others. The rest speaks of the user who hears it.
    private static readonly ushort[] s_aboutOthers =
        [Command.UserStatNotify, Command.AvatarChangedNotify, Command.SignInfoChangedNotify, Command.GroupChangeMemberNotify];

    /// <summary>Checks everything a server has sent on one connection.</summary>
    public static void Check(FuzzedSession session, byte[] bytes, FuzzWorld world)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        FrameReadResult result;
        while ((result = FrameReader.TryRead(ref buffer, int.MaxValue, out var header, out var body)) == FrameReadResult.Frame)
        {
            // Comes back as it was sent.
            if (header.Command != Command.Heartbeat)
                Check(session, WireMessages.Read(header.Command, body.ToArray()), header.Command, world);
        }

        Assert.Equal((FrameReadResult.Incomplete, 0), (result, buffer.Length));
    }

    private static void Check(FuzzedSession session, IMessage message, ushort command, FuzzWorld world)
    {
        // The one answer that clients know with an empty body.
        Assert.True(message.IsInitialized() || command == Command.DeviceTokenRsp, $"{message.Descriptor.Name} lacks a field");
        if (message.Field("from_user_id") is uint from)
            Assert.DoesNotContain(from, world.Canaries);
        if (!s_aboutOthers.Contains(command) && message.Field("user_id") is uint user)
            Assert.Equal(session.User, user);
    }
}
