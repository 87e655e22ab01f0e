using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

// What clients say to each other without it being kept (protocol chapter 02 section 9).
public sealed partial class ImClient
{
    /// <inheritdoc cref="SendP2PAsync(uint, string, CancellationToken)"/>
    public Task SendP2PAsync(uint toUser, P2PCommand command, CancellationToken cancellationToken) =>
        SendP2PAsync(toUser, command.ToJson(), cancellationToken);

    /// <summary>
    /// Says something to the devices of a user that are online now, and to the user's own others. Nobody keeps or answers it, so it
    /// may be lost.
    /// </summary>
    /// <param name="toUser">The user; there is no such thing for groups.</param>
    /// <param name="data">Any text; clients that follow the protocol take the JSON of a <see cref="P2PCommand"/>.</param>
    /// <param name="cancellationToken">Ends the wait for a connection.</param>
    /// <exception cref="TimeoutException">No connection in time.</exception>
    public Task SendP2PAsync(uint toUser, string data, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(data);
        return _connection.SendAsync(
            Command.P2PCmdMsg,
            self => new IMP2PCmdMsg { FromUserId = self, ToUserId = toUser, CmdMsgData = data },
            cancellationToken);
    }

    /// <summary>Lets a user see that a message to him is being written, or no longer. Without a connection nothing happens.</summary>
    public void ShowTyping(uint toUser, bool isTyping) => _connection.Current?.Send(
        Command.P2PCmdMsg,
        new IMP2PCmdMsg
        {
            FromUserId = Self.UserId,
            ToUserId = toUser,
            CmdMsgData = (isTyping ? P2PCommand.Writing : P2PCommand.StoppedWriting).ToJson(),
        });
}
