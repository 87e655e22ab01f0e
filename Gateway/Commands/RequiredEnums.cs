using System.Linq.Expressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Gateway.Commands;

/// <summary>
/// Enums are open in C#, but closed for the original: an unknown number in a required field makes the whole message unparsable
/// there (protocol chapter 01 section 3).
/// </summary>
/// <remarks>Looks at the message's own fields. Requests carry no nested messages.</remarks>
internal static class RequiredEnums<TMessage>
    where TMessage : IMessage<TMessage>
{
    /// <summary>Whether every required enum of the message has a number that the protocol knows.</summary>
    public static Func<TMessage, bool> AreKnown { get; } = Compile();

    private static Func<TMessage, bool> Compile()
    {
        var message = Expression.Parameter(typeof(TMessage));
        var descriptor = ((IMessage)Activator.CreateInstance<TMessage>()).Descriptor;
        var known = descriptor.Fields.InDeclarationOrder()
            .Where(field => field.FieldType == FieldType.Enum && field.IsRequired)
            .Select(field => IsKnown(Expression.Property(message, field.PropertyName), field.EnumType))
            .Aggregate((Expression)Expression.Constant(true), Expression.AndAlso);
        return Expression.Lambda<Func<TMessage, bool>>(known, message).Compile();
    }

    private static Expression IsKnown(Expression value, EnumDescriptor type) => type.Values
        .Select(known => (Expression)Expression.Equal(Expression.Convert(value, typeof(int)), Expression.Constant(known.Number)))
        .Aggregate(Expression.OrElse);
}
