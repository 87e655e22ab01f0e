using BrokerIm.Core.Ports;

namespace BrokerIm.Import;

/// <summary>The stores that take everything in. No server runs on them meanwhile.</summary>
public sealed record ImportTarget(
    IUserDirectory Users, IDirectoryImport Directory, IDevices Devices, IConversationStore Conversations);
