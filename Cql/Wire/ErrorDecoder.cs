namespace BrokerIm.Cql.Wire;

/// <summary>Makes exceptions of ERROR bodies (native protocol v4, section 9).</summary>
internal static class ErrorDecoder
{
    /// <summary>Reads the body; what stands after the message depends on the code.</summary>
    public static CqlException Read(ref WireReader reader)
    {
        var code = (CqlErrorCode)reader.Int();
        var message = reader.String();
        return code switch
        {
            CqlErrorCode.BadCredentials => new CqlAuthenticationException(message),
            CqlErrorCode.Unavailable => new CqlUnavailableException(message, Level(ref reader), reader.Int(), reader.Int()),
            CqlErrorCode.WriteTimeout => new CqlWriteException(
                code, message, Level(ref reader), reader.Int(), reader.Int(), failures: 0, reader.String()),
            CqlErrorCode.ReadTimeout => new CqlReadException(
                code, message, Level(ref reader), reader.Int(), reader.Int(), failures: 0, reader.Byte() != 0),
            CqlErrorCode.ReadFailure => new CqlReadException(
                code, message, Level(ref reader), reader.Int(), reader.Int(), reader.Int(), reader.Byte() != 0),
            CqlErrorCode.WriteFailure => new CqlWriteException(
                code, message, Level(ref reader), reader.Int(), reader.Int(), reader.Int(), reader.String()),
            CqlErrorCode.FunctionFailure => new CqlFunctionException(
                message, reader.String(), reader.String(), reader.StringList()),
            CqlErrorCode.AlreadyExists => new CqlAlreadyExistsException(message, reader.String(), reader.String()),
            CqlErrorCode.Unprepared => new CqlUnpreparedException(message, reader.ShortBytes().ToArray()),
            _ => new CqlServerException(code, message),
        };
    }

    private static Consistency Level(ref WireReader reader) => (Consistency)reader.Short();
}
