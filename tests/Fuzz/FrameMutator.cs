using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Hostile;

namespace BrokerIm.Tests.Fuzz;

/// <summary>Damages a frame in one of the ways in which frames can be damaged.</summary>
internal sealed class FrameMutator(Random random)
{
    private readonly Func<ushort, byte[], byte[]>[] _damages =
    [
        (command, body) => random.Next(2) == 0 ? Flip(random, command, body) : Flip(random, command, Flip(random, body)),
        (command, body) => Raw.Frame(command, body[..random.Next(body.Length + 1)]),
        (command, body) => Raw.Frame(command, Insert(random, body)),
        (command, body) => Raw.Frame(command, [.. body, .. body]),
        (command, body) => Raw.Frame(command, ChangeTag(random, body)),
        (command, body) => Raw.Frame(command, [.. body, .. Raw.Repeat(random.Next(300), 0x2B), .. Raw.Repeat(random.Next(300), 0x2C)]),
        (command, body) => Raw.Frame(command, [.. body, .. Raw.Repeat(random.Next(3_000), (byte)(8 * random.Next(1, 7)), (byte)random.Next(128))]),
        (command, body) => Raw.Frame(command, [.. body, .. Raw.Field(random.Next(1, 40), new byte[random.Next(2_000)])]),
        (command, body) => Raw.Frame(command, [.. body, .. Raw.Repeat(random.Next(1, 14), 0xFF)]),
        (_, body) => Raw.Frame((ushort)random.Next(0x0800), body),
        (command, body) => WithHeader(random, command, body),
        (command, body) => WithLength(random, command, body),
    ];

    /// <summary>The frame, damaged.</summary>
    public byte[] Damage(ushort command, byte[] body) => _damages[random.Next(_damages.Length)](command, body);

    private static byte[] Flip(Random random, ushort command, byte[] body) => Raw.Frame(command, Flip(random, body));

    private static byte[] Flip(Random random, byte[] body)
    {
        var flipped = body.ToArray();
        if (flipped.Length > 0)
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static byte[] Insert(Random random, byte[] body)
    {
        var at = random.Next(body.Length + 1);
        var more = new byte[random.Next(1, 20)];
        random.NextBytes(more);
        return [.. body[..at], .. more, .. body[at..]];
    }

    // The first byte is always a tag.
    private static byte[] ChangeTag(Random random, byte[] body)
    {
        var changed = body.ToArray();
        if (changed.Length > 0)
            changed[0] = (byte)((changed[0] & ~7) | random.Next(8));
        return changed;
    }

    private static byte[] WithHeader(Random random, ushort command, byte[] body)
    {
        var frame = Raw.Frame(command, body);
        new FrameHeader(
            (uint)frame.Length, (ushort)random.Next(65_536), (ushort)random.Next(65_536), (ushort)random.Next(65_536), command,
            (ushort)random.Next(65_536), (ushort)random.Next(65_536)).Write(frame);
        return frame;
    }

    // Mostly a little too long or too short, so that what follows is taken for something else; sometimes absurd.
    private static byte[] WithLength(Random random, ushort command, byte[] body)
    {
        var frame = Raw.Frame(command, body);
        var length = random.Next(4) switch
        {
            0 => (uint)random.Next(),
            1 => (uint)random.Next(20),
            _ => (uint)Math.Max(0, frame.Length + random.Next(-8, 64)),
        };
        Raw.Length(length).CopyTo(frame, 0);
        return frame;
    }
}
