using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>
/// What devices show instead of a password when they come back, so that ten thousand that come back at once cost no derivation each.
/// </summary>
/// <remarks>
/// Plain registers: the last write of a device's record counts. Losing a record costs its device one login with the password.
/// </remarks>
public interface IResumeTokens
{
    /// <summary>The records of all devices of a user, in any order.</summary>
    ValueTask<IReadOnlyList<ResumeRecord>> ReadAsync(UserId user, CancellationToken cancellationToken);

    /// <summary>Writes the record of one device, over the one before.</summary>
    ValueTask PutAsync(UserId user, ResumeRecord record, CancellationToken cancellationToken);

    /// <summary>Removes the record of one device; harmless when there is none.</summary>
    ValueTask RemoveAsync(UserId user, Guid device, CancellationToken cancellationToken);
}

/// <summary>The token of one device. The token itself is known to the device alone.</summary>
/// <param name="Device">Which installation.</param>
/// <param name="Hash">SHA-256 of the token given last.</param>
/// <param name="PreviousHash">SHA-256 of the token it was given for; empty when it was given for a password. Good until the newer
/// one was used: the answer that carried that may have been lost.</param>
/// <param name="Credential">SHA-256 of the credential that stood in the account; another one since makes the token void.</param>
/// <param name="IssuedMs">When, in Unix milliseconds.</param>
public sealed record ResumeRecord(
    Guid Device,
    ReadOnlyMemory<byte> Hash,
    ReadOnlyMemory<byte> PreviousHash,
    ReadOnlyMemory<byte> Credential,
    long IssuedMs);
