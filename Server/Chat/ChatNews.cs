using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>Shows what happens while a chat is open.</summary>
internal sealed class ChatNews(ImClient client, Contacts contacts, Conversation conversation, IChatScreen screen)
{
    /// <summary>Shows one event, or what of it concerns the conversation on the screen.</summary>
    public async Task ShowAsync(ImEvent happened, CancellationToken cancellationToken)
    {
        switch (happened)
        {
            case MessageReceived { Message: var message }:
                await TakeAsync(message, cancellationToken);
                break;
            case UserTyping typing when IsHere(typing.User):
                screen.Typing(typing.IsTyping ? contacts.NameOf(typing.User) : null);
                break;
            case UserStatusChanged status when IsHere(status.User):
                screen.Note($"{contacts.NameOf(status.User)} is {Conversation.Word(status.Status)}.");
                if (status.Status != UserStatType.Online)
                    screen.Typing(null);
                break;
            case SignatureChanged signature:
                contacts.Sign(signature.User, signature.Signature);
                if (IsHere(signature.User) && signature.Signature.Length > 0)
                    screen.Note($"{contacts.NameOf(signature.User)}: “{MessageText.Clean(signature.Signature)}”");
                break;
            case P2PReceived said when IsHere(said.From) && said.Command == P2PCommand.ShakeWindow:
                screen.Note($"{contacts.NameOf(said.From)} shakes your window.");
                break;
            case GroupMembersChanged change:
                await TakeAsync(change, cancellationToken);
                break;
            case Kicked:
                screen.Complain("This account has logged in somewhere else.");
                break;
            case Disconnected lost:
                screen.Note(lost.WillReconnect ? $"Connection lost: {lost.Reason} Reconnecting…" : $"Disconnected: {lost.Reason}");
                break;
            case ReconnectFailed failed:
                screen.Note($"Still no connection: {failed.Reason}");
                break;
            case Reconnected:
                screen.Note("Connected again.");
                break;
        }
    }

    private bool IsHere(uint user) => conversation.Peer == new Peer(user);

    private async Task TakeAsync(ChatMessage message, CancellationToken cancellationToken)
    {
        if (message.Peer.IsGroup && contacts.GroupOf(message.Peer.Id) is null)
            await TryLearnAsync(() => contacts.LearnGroupsAsync([message.Peer.Id], cancellationToken));
        await TryLearnAsync(() => contacts.LearnUsersAsync([message.From], cancellationToken));

        if (IsHere(message.From))
            screen.Typing(null);
        if (!await conversation.TryTakeAsync(message, cancellationToken) && message.From != client.Self.UserId)
            screen.Note($"A message in another chat, with {contacts.NameOf(message.Peer)}.");
    }

    private async Task TakeAsync(GroupMembersChanged change, CancellationToken cancellationToken)
    {
        // Asked before it is forgotten: who was removed is not told any more what the group is called.
        var name = contacts.NameOf(Peer.Group(change.Group));
        await TryLearnAsync(() => contacts.LearnGroupsAsync([change.Group], cancellationToken));
        await TryLearnAsync(() => contacts.LearnUsersAsync(
            [change.By, .. change.Added, .. change.Removed], cancellationToken));

        var by = contacts.NameOf(change.By);
        if (change.Added.Contains(client.Self.UserId))
            screen.Note($"{by} added you to {contacts.NameOf(Peer.Group(change.Group))}.");
        else if (change.Removed.Contains(client.Self.UserId))
            screen.Note($"{by} removed you from {name}.");
        else
        {
            if (change.Added.Count > 0)
                screen.Note($"{by} added {contacts.NamesOf(change.Added)} to {name}.");
            if (change.Removed.Count > 0)
                screen.Note($"{by} removed {contacts.NamesOf(change.Removed)} from {name}.");
        }
    }

    // Without an answer there are numbers in the place of names, which is no reason to show nothing.
    private async Task TryLearnAsync(Func<Task> learn)
    {
        try
        {
            await learn();
        }
        catch (Exception exception) when (exception is ImException or TimeoutException)
        {
            screen.Complain($"No names: {exception.Message}");
        }
    }
}
