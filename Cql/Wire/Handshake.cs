using System.Text;

namespace BrokerIm.Cql.Wire;

/// <summary>What is said before the first request: STARTUP, who we are (PLAIN), the keyspace.</summary>
internal static class Handshake
{
    public static async ValueTask RunAsync(CqlConnection connection, CqlOptions options, CancellationToken cancellationToken)
    {
        // The caller's token bounds all of it.
        const long NoDeadline = long.MaxValue;

        var answer = await connection.AskAsync(
            connection, static (encoder, frame, _) => encoder.WriteStartup(frame), NoDeadline, cancellationToken);
        if (AnswerDecoder.Authenticator(answer) is { } authenticator)
        {
            if (options.Credentials is not { } credentials)
                throw new CqlAuthenticationException($"The node wants to know who we are ({authenticator}), and no credentials are given.");
            await AuthenticateAsync(connection, authenticator, credentials, cancellationToken);
        }

        if (options.Keyspace is { } keyspace)
        {
            var use = new CqlStatement($"USE \"{keyspace.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            using var _ = await connection.ExecuteAsync(use, NoDeadline, cancellationToken);
        }
    }

    /// <summary>SASL PLAIN (RFC 4616): nothing, user and password, separated by zero bytes.</summary>
    private static async ValueTask AuthenticateAsync(
        CqlConnection connection, string authenticator, CqlCredentials credentials, CancellationToken cancellationToken)
    {
        var answer = await connection.AskAsync(
            Encoding.UTF8.GetBytes($"\0{credentials.User}\0{credentials.Password}"),
            static (encoder, frame, token) => encoder.WriteAuthentication(frame, token),
            long.MaxValue,
            cancellationToken);
        if (answer.Opcode == Opcode.AuthChallenge)
        {
            answer.Return();
            throw new CqlAuthenticationException($"{authenticator} wants more than user and password, which is not supported.");
        }

        AnswerDecoder.Plain(answer, Opcode.AuthSuccess);
    }
}
