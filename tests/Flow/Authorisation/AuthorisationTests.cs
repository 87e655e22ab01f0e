using System.Collections;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Authorisation;

/// <summary>Every command against everybody who might send it: before login, owner, another member, stranger, removed member.</summary>
public sealed class AuthorisationTests(AuthorisationTests.Stage stage) : IClassFixture<AuthorisationTests.Stage>
{
    private const ushort Sequence = 0x0777;

    public static TheoryData<string> Uses => [.. AuthorisationTable.Rows.Select(static row => row.ToString())];

    public static TheoryData<string> Unhandled =>
    [
        .. WireMessages.Commands.Where(static command => AuthorisationTable.Rows.All(row => row.Command != command.Value))
            .Select(static command => command.Key),
    ];

    [Fact]
    public void Every_command_that_is_handled_has_a_row_and_no_other()
    {
        var handled = stage.Server.Services.GetRequiredService<CommandTable>().Commands;
        Assert.Equal(handled.Order(), AuthorisationTable.Rows.Select(static row => row.Command).Distinct().Order());
        Assert.All(AuthorisationTable.Rows, static row => Assert.Equal(Enum.GetValues<Role>().Length, row.Expected.Length));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Command_does_for_each_role_what_it_should(string use)
    {
        var row = AuthorisationTable.Rows.Single(one => one.ToString() == use);
        foreach (var role in Enum.GetValues<Role>())
        {
            using var cast = await Cast.GatherAsync(stage.Server);
            using var actor = await cast.ConnectAsync(role);
            var before = await cast.OwnersViewAsync();

            var heard = await stage.ActAsync(actor, FrameWriter.ToArray(row.Command, Sequence, row.Request(cast, role)));

            Assert.Equal((role, row.Expected[(int)role]), (role, OutcomeOf(heard)));
            if (role == Role.BeforeLogin)
                Assert.Equal(before, await cast.OwnersViewAsync());
            else
                ExpectOwnName(cast.IdOf(role), heard.Where(static frame => frame.Header.Sequence == Sequence));
            if (role is Role.Owner or Role.BeforeLogin)
                continue;

            // What he may not do has left no trace, and what he may was done in his own name.
            if (!row.ChangesGroup || row.Expected[(int)role] is not Outcome.Answered)
                Assert.Equal(before, await cast.OwnersViewAsync());
            ExpectOwnName(cast.IdOf(role), await stage.HeardAsync(cast.OwnersPhone));
        }
    }

    [Theory]
    [MemberData(nameof(Unhandled))]
    public async Task What_no_client_has_to_say_is_passed_over(string name)
    {
        using var cast = await Cast.GatherAsync(stage.Server);
        var command = WireMessages.Commands[name];
        var frames = new[] { FrameWriter.ToArray(command, Sequence, null), FrameWriter.ToArray(command, Sequence, Claim(command, cast)) };
        var before = await cast.OwnersViewAsync();
        foreach (var role in Enum.GetValues<Role>())
        {
            var actor = await cast.ConnectAsync(role);
            foreach (var frame in frames)
                Assert.Equal((role, Outcome.Silence), (role, OutcomeOf(await stage.ActAsync(actor, frame))));
            Assert.Equal(before, await cast.OwnersViewAsync());
            Assert.Empty(await stage.HeardAsync(cast.OwnersPhone));
            if (role != Role.Owner)
                actor.Dispose();
        }
    }

    private static Outcome OutcomeOf(IEnumerable<WireFrame> heard)
    {
        if (heard.SingleOrDefault(static frame => frame.Header.Sequence == Sequence) is not { } frame)
            return Outcome.Silence;

        var answer = WireMessages.Read(frame.Header.Command, frame.Body);

        // Where to connect to is no matter of rights, whatever the reply.
        if (answer is IMMsgServRsp)
            return Outcome.Answered;
        if (answer.Field("result_code") is { } code)
            return Convert.ToInt32(code, null) == 0 ? Outcome.Answered : Outcome.Refused;
        var list = answer.Descriptor.Fields.InDeclarationOrder().FirstOrDefault(static field => field.IsRepeated);
        return list?.Accessor.GetValue(answer) is ICollection { Count: 0 } || answer.Field("latest_msg_id") is 0u
            ? Outcome.Empty
            : Outcome.Answered;
    }

    // Whatever he claimed to be, nobody hears anything but his own id, or that of who really spoke.
    private static void ExpectOwnName(uint actor, IEnumerable<WireFrame> frames)
    {
        foreach (var frame in frames)
        {
            var message = WireMessages.Read(frame.Header.Command, frame.Body);
            foreach (var field in new[] { "user_id", "from_user_id", "changed_user_id" })
                Assert.True(message.Field(field) is null || message.Field(field) is uint id && id == actor, $"{message}, not by {actor}");
        }
    }

    // As much of the message as can be filled in: every id is the owner's.
    private static IMessage? Claim(ushort command, Cast cast)
    {
        if (WireMessages.Of(command) is not { } descriptor)
            return null;
        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in descriptor.Fields.InDeclarationOrder().Where(static field => !field.IsRepeated))
        {
            if (field.FieldType == Google.Protobuf.Reflection.FieldType.UInt32)
                field.Accessor.SetValue(message, cast.Owner);
        }

        return message;
    }

    /// <summary>The server, and two users who only say when everything before has come through.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private EmbeddedServer _server = null!;
        private WireClient _witness = null!;
        private uint _peer;

        internal EmbeddedServer Server => _server;

        public async ValueTask InitializeAsync()
        {
            _server = await EmbeddedServer.StartAsync(("Gateway:DiscoveryPerSecond", "0"), ("Gateway:MessagesPerSecond", "0"));
            _peer = (await _server.AddUsersAsync("witness", "peer"))[1];
            _witness = await _server.LoginAsync("witness", ClientType.Android);
        }

        public async ValueTask DisposeAsync()
        {
            _witness.Dispose();
            await _server.DisposeAsync();
        }

        /// <summary>Sends a frame, and gives what its sender has heard once everything that follows from it has happened.</summary>
        internal async Task<IReadOnlyList<WireFrame>> ActAsync(WireClient actor, byte[] frame)
        {
            await actor.SendAsync(frame);
            var heard = await actor.UntilEchoAsync();
            await PassAsync();
            return [.. heard, .. await actor.UntilEchoAsync()];
        }

        /// <summary>What somebody has been told.</summary>
        internal async Task<IReadOnlyList<WireFrame>> HeardAsync(WireClient client)
        {
            await PassAsync();
            return await client.UntilEchoAsync();
        }

        // The log of the embedded server has one partition, so this comes behind everything that went in before.
        private Task PassAsync() => _witness.AskAsync(
            Command.MsgData,
            new IMMsgData
            {
                FromUserId = 0, ToSessionId = _peer, MsgId = 0, CreateTime = 0, MsgType = MsgType.SingleText,
                MsgData = ByteString.CopyFromUtf8($"{Guid.NewGuid()}"),
            },
            Command.MsgDataAck,
            IMMsgDataAck.Parser);
    }
}
