using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Authorisation;
using BrokerIm.Tests.Flow.Hostile;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Fuzz;

/// <summary>What one client sends from its first byte to its last: a session as it should be, damaged here and there.</summary>
/// <param name="Seed">Makes the same session again, in the same world.</param>
/// <param name="User">Who logs in.</param>
/// <param name="Frames">How many frames it was made of, the damaged ones counted as one.</param>
/// <param name="Parts">The bytes, as they are written to the connection.</param>
internal sealed record FuzzedSession(int Seed, uint User, int Frames, IReadOnlyList<byte[]> Parts)
{
    private const int FramesPerSession = 50;
    private const int MaxFrameBytes = 256 * 1024;

    private static readonly ClientType[] s_clients = Enum.GetValues<ClientType>();

    public static FuzzedSession Of(int seed, FuzzWorld world)
    {
        // Another attempt has another seed of its own, so that one seed always means one session.
        for (var attempt = 0; ; attempt++)
        {
            var random = new Random(HashCode(seed, attempt));
            var who = random.Next(world.Users.Length);
            var bytes = Write(random, world, world.Names[who]);
            if (!NamesAny(world.Canaries, bytes))
                return new(seed, world.Users[who], FramesPerSession, Cut(random, bytes));
        }
    }

    private static int HashCode(int seed, int attempt) => unchecked((seed * 1_000_003) + attempt);

    private static byte[] Write(Random random, FuzzWorld world, string name)
    {
        var (messages, mutator) = (new FuzzedMessages(random, world), new FrameMutator(random));
        var loginAt = random.Next(10) == 0 ? random.Next(FramesPerSession) : 0;
        using var bytes = new MemoryStream();
        for (var frame = 0; frame < FramesPerSession; frame++)
        {
            if (frame == loginAt)
            {
                var client = s_clients[random.Next(s_clients.Length)];
                bytes.Write(FrameWriter.ToArray(Command.LoginReq, 1, WireClient.LoginRequest(name, client)));
                continue;
            }

            var (command, body) = messages.Next();

            // These end the session or fail the login, and are worth little in its middle.
            if (command is Command.LogoutReq or Command.MsgServReq or Command.LoginReq && random.Next(10) > 0)
                command = Command.UsersStatReq;

            // A wrong length mostly ends the session, so it is not for every second frame.
            bytes.Write(random.Next(3) == 0 ? mutator.Damage(command, body) : Raw.Frame(command, body, (ushort)random.Next(1, 65_536)));
        }

        return bytes.ToArray();
    }

    // In pieces of any size, as a network delivers them.
    private static List<byte[]> Cut(Random random, byte[] bytes)
    {
        var parts = new List<byte[]>();
        for (var from = 0; from < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - from, random.Next(1, random.Next(3) == 0 ? 16 : 4_096));
            parts.Add(bytes[from..(from + length)]);
            from += length;
        }

        return parts;
    }

    // Looks at the bytes as the server will: frame by frame, wherever the damage has put their borders.
    private static bool NamesAny(IReadOnlySet<uint> users, byte[] bytes)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        while (FrameReader.TryRead(ref buffer, MaxFrameBytes, out var header, out var body) == FrameReadResult.Frame)
        {
            var message = header.Command == Command.RemoveSessionRsp ? IMRemoveSessionReq.Descriptor : WireMessages.Of(header.Command);
            if (message is not null && NamesAny(users, message, body.ToArray()))
                return true;
        }

        return false;
    }

    private static bool NamesAny(IReadOnlySet<uint> users, MessageDescriptor descriptor, byte[] body)
    {
        try
        {
            var message = descriptor.Parser.ParseFrom(body);
            return descriptor.Fields.InDeclarationOrder().Where(static field => field.FieldType == FieldType.UInt32)
                .Select(field => field.Accessor.GetValue(message))
                .Any(value => value is uint id && users.Contains(id) || value is IEnumerable<uint> ids && ids.Any(users.Contains));
        }
        catch (InvalidProtocolBufferException)
        {
            // Nobody can be reached by it.
            return false;
        }
    }
}
