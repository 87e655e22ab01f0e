using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Directory;

/// <summary>Users change their signature and picture, and everybody hears of it (protocol chapter 04 sections 4 and 5).</summary>
/// <remarks>The originator is answered before anybody is told, so on its connection the answer comes first.</remarks>
internal sealed class ProfileModule(
    IUserDirectoryWriter directory, QueryDeadline deadline, Roster roster, SignalOutbox signals) : ICommandModule
{
    private const uint Ok = 0;
    private const uint Failed = 1;

    // As wide as the original's column (protocol chapter 09 section 1.1).
    private const int MaxAvatarCharacters = 255;

    public void Register(CommandTable table)
    {
        table.Map<IMChangeSignInfoReq>(Command.ChangeSignInfoReq, ChangeSignatureAsync);
        table.Map<IMChangeAvatarReq>(Command.ChangeAvatarReq, ChangeAvatarAsync);
    }

    private async ValueTask ChangeSignatureAsync(
        Session session, FrameHeader header, IMChangeSignInfoReq request, CancellationToken cancellationToken)
    {
        var text = SignatureText.Cut(request.SignInfo);
        var isChanged = await EditAsync(session, new(Signature: text), cancellationToken);

        var answer = new IMChangeSignInfoRsp { UserId = session.User.Value, ResultCode = isChanged ? Ok : Failed };
        if (isChanged)
            answer.SignInfo = text;
        session.Send(Command.ChangeSignInfoRsp, header.Sequence, answer);
        if (!isChanged)
            return;

        roster.TellSignature(session.User, text);
        signals.Send(new() { Kind = SignalKind.Signature, User = session.User.Value, Text = text });
    }

    private async ValueTask ChangeAvatarAsync(
        Session session, FrameHeader header, IMChangeAvatarReq request, CancellationToken cancellationToken)
    {
        var url = request.AvatarUrl;
        var isChanged = url.Length <= MaxAvatarCharacters && AvatarUrl.IsAcceptable(url) && await EditAsync(session, new(Avatar: url), cancellationToken);

        session.Send(Command.ChangeAvatarRsp, header.Sequence, new IMChangeAvatarRsp
        {
            UserId = session.User.Value,
            ResultCode = isChanged ? Ok : Failed,
        });
        if (!isChanged)
            return;

        roster.TellAvatar(session.User, url);
        signals.Send(new() { Kind = SignalKind.Avatar, User = session.User.Value, Text = url });
    }

    private async ValueTask<bool> EditAsync(Session session, ProfileEdit edit, CancellationToken cancellationToken) =>
        await deadline.AskAsync(token => directory.EditAsync(session.User, edit, token), cancellationToken) is not null;
}
