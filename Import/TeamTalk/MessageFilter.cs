using BrokerIm.Contracts.Wire;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Decides which rows become messages, and says of the others why they do not.</summary>
/// <param name="users">Numbers of the users that are imported.</param>
/// <param name="audio">Where recordings are.</param>
/// <param name="report">Told of every row.</param>
internal sealed class MessageFilter(IReadOnlySet<uint> users, AudioFolder audio, ImportReport report)
{
    /// <summary>The message of a row between two users; null when there is none.</summary>
    /// <param name="row">As read.</param>
    /// <param name="relation">The row of IMRelationShip that it names; null when that is missing.</param>
    public SourceMessage? OfPair(ContentRow row, RelationRow? relation) => Decide(row, MsgType.SingleText, MsgType.SingleAudio, () =>
    {
        if (relation is null)
            return "its relation is missing";
        if (row.Sender == row.Receiver)
            return "sender and receiver are one";
        return (row.Sender, row.Receiver) == (relation.Small, relation.Big) || (row.Receiver, row.Sender) == (relation.Small, relation.Big)
            ? null
            : "its relation is that of others";
    });

    /// <summary>The message of a row to a group; null when there is none.</summary>
    /// <param name="row">As read.</param>
    /// <param name="isKnown">Whether the group is imported.</param>
    public SourceMessage? OfGroup(ContentRow row, bool isKnown) => Decide(
        row, MsgType.GroupText, MsgType.GroupAudio, () => isKnown ? null : "its group is not imported");

    private SourceMessage? Decide(ContentRow row, MsgType text, MsgType audioType, Func<string?> place)
    {
        report.Of(row.Table).Read++;
        var problem = ProblemOf(row, text, audioType) ?? place();
        string? file = null;
        if (problem is null && row.Type == (uint)audioType)
        {
            file = audio.Find(row.AudioPath, out var missing);
            problem = file is null ? missing : null;
        }

        if (problem is null)
            return new(row, file);
        report.Skip(row.Table, row.Id, problem);
        return null;
    }

    private string? ProblemOf(ContentRow row, MsgType text, MsgType audioType)
    {
        if (row.Status != 0)
            return "deleted";
        if (row.Type != (uint)text && row.Type != (uint)audioType)
            return $"message type {row.Type} is unknown";
        if (row.Content.Length == 0)
            return "empty";
        if (row.Created is < 0 or > uint.MaxValue)
            return "its time is no time";
        if (!users.Contains(row.Sender))
            return "its sender is not imported";
        return text == MsgType.SingleText && !users.Contains(row.Receiver) ? "its receiver is not imported" : null;
    }
}
