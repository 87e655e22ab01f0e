using BrokerIm.Core.Values;

namespace BrokerIm.Server.Erasing;

/// <summary>Messages of a conversation whose content is to go, at most <see cref="ErasableMessages.PageSize"/> apart.</summary>
internal readonly record struct EraseOrder(ConversationId Conversation, IReadOnlyList<uint> MessageIds);
