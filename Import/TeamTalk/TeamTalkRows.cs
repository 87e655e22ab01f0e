namespace BrokerIm.Import.TeamTalk;

// Rows of the old database (protocol chapter 09 section 1); times are Unix seconds.

/// <summary>IMDepart.</summary>
internal sealed record DepartmentRow(uint Id, string Name, uint ParentId, uint Priority, uint Status, long Updated);

/// <summary>IMUser.</summary>
internal sealed record UserRow(
    uint Id,
    string Name,
    string Domain,
    string Nick,
    string Password,
    string Salt,
    uint Sex,
    string Phone,
    string Email,
    string Avatar,
    uint DepartmentId,
    uint Status,
    string Signature,
    bool PushShield,
    long Updated);

/// <summary>IMGroup.</summary>
internal sealed record GroupRow(
    uint Id, string Name, string Avatar, uint Creator, uint Type, uint Status, uint Version, long Created, long Updated);

/// <summary>IMGroupMember.</summary>
internal sealed record MemberRow(long Id, uint Group, uint User, uint Status, long Created, long Updated);

/// <summary>IMRelationShip.</summary>
internal sealed record RelationRow(uint Id, uint Small, uint Big);

/// <summary>IMRecentSession.</summary>
internal sealed record SessionRow(long Id, uint User, uint Peer, bool IsGroup, bool IsRemoved, long Updated);

/// <summary>IMDiscovery.</summary>
internal sealed record DiscoveryRow(long Id, string Name, string Url, int Priority, uint Status);

/// <summary>IMMessage_n and IMGroupMessage_n, with the row of IMAudio that an audio message names.</summary>
/// <param name="Table">The shard.</param>
/// <param name="Id">Number of the row in its shard.</param>
/// <param name="Owner">Relation or group.</param>
/// <param name="Sender">User.</param>
/// <param name="Receiver">User, or the group.</param>
/// <param name="MessageId">Number of the message in its conversation.</param>
/// <param name="Content">Text as stored, or the number of the audio row in digits.</param>
/// <param name="Type">MsgType.</param>
/// <param name="Status">0 unless deleted.</param>
/// <param name="Created">Time.</param>
/// <param name="AudioPath">URL in msfs; null when there is no audio row.</param>
/// <param name="AudioSeconds">Length of the recording.</param>
internal sealed record ContentRow(
    string Table,
    long Id,
    uint Owner,
    uint Sender,
    uint Receiver,
    uint MessageId,
    byte[] Content,
    uint Type,
    uint Status,
    long Created,
    string? AudioPath,
    uint AudioSeconds);
