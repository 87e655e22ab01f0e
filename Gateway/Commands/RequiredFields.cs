using System.Linq.Expressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Gateway.Commands;

/// <summary>
/// The question whether every required field is there, compiled: <see cref="MessageExtensions.IsInitialized"/> goes through the
/// descriptors, and allocates, for each message anew.
/// </summary>
internal static class RequiredFields<TMessage>
    where TMessage : IMessage<TMessage>
{
    /// <summary>Whether every required field of the message, and of those inside it, is set.</summary>
    public static Func<TMessage, bool> AreSet { get; } = Compile();

    private static Func<TMessage, bool> Compile()
    {
        var fields = ((IMessage)Activator.CreateInstance<TMessage>()).Descriptor.Fields.InDeclarationOrder();
        if (fields.Any(static field => field.FieldType is FieldType.Message or FieldType.Group))
            return static message => message.IsInitialized();

        var message = Expression.Parameter(typeof(TMessage));
        var set = fields
            .Where(static field => field.IsRequired)
            .Select(field => (Expression)Expression.Property(message, $"Has{field.PropertyName}"))
            .Aggregate((Expression)Expression.Constant(true), Expression.AndAlso);
        return Expression.Lambda<Func<TMessage, bool>>(set, message).Compile();
    }
}
