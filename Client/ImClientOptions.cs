using System.Security.Cryptography;
using System.Text;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>Who connects, where to, and how patiently.</summary>
public sealed class ImClientOptions
{
    /// <summary>Server to connect to, with <see cref="Port"/>; used when <see cref="Discovery"/> is not set.</summary>
    public string? Host { get; init; }

    /// <summary>Port of <see cref="Host"/>. Defaults to 8000.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>Asked for the server before every connect, such as <c>http://im.example:8080/msg_server</c>.</summary>
    public Uri? Discovery { get; init; }

    /// <summary>Login name.</summary>
    public required string Name { get; init; }

    /// <summary>Password as a person types it; or give <see cref="PasswordText"/>.</summary>
    public string? Password { get; init; }

    /// <summary>Password as clients send it: lowercase hex of its MD5.</summary>
    public string? PasswordText { get; init; }

    /// <summary>
    /// This installation, the same after every start: the server then gives it tokens that log it in again without the password.
    /// Defaults to a new one, so that only reconnects of this client use them. <see cref="Guid.Empty"/> asks for none.
    /// </summary>
    public Guid DeviceId { get; init; } = Guid.NewGuid();

    /// <summary>The token kept from last time, for <see cref="DeviceId"/>. When it is no longer good, the password is used.</summary>
    public ReadOnlyMemory<byte> ResumeToken { get; init; }

    /// <summary>
    /// Told of each new token, for an application that keeps it; empty when the old one was no longer good. As secret as a password.
    /// Called between connections and awaited by nobody, so it should be quick.
    /// </summary>
    public Action<ReadOnlyMemory<byte>>? ResumeTokenChanged { get; init; }

    /// <summary>What this client passes for; one PC and one mobile client of a user may be online. Defaults to Windows.</summary>
    public ClientType ClientType { get; init; } = ClientType.Windows;

    /// <summary>Goes into the server's log. Defaults to <c>brokerim-net</c>.</summary>
    public string ClientVersion { get; init; } = "brokerim-net";

    /// <summary>Longest wait for discovery and for the connection, each. Defaults to 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for the answer to a login. Defaults to 10 s.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the answer to a query, reconnects included. Defaults to 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the ack of a message before it is sent again. Defaults to 6 s.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How often a message is put on the wire before its outcome is given up as unknown. Defaults to 5.</summary>
    public int SendAttempts { get; init; } = 5;

    /// <summary>Messages on the wire without an ack; further ones wait in their order. Defaults to 64, at most 32,767.</summary>
    /// <remarks>Servers let a connection send 20 a second; with more on the wire, acks would come later than they are waited for.</remarks>
    public int MaxOutstandingSends { get; init; } = 64;

    /// <summary>Connects again after the connection was lost. Defaults to true.</summary>
    public bool AutoReconnect { get; init; } = true;

    /// <summary>Longest first wait before a reconnect; it doubles with each failure. Defaults to 0.5 s.</summary>
    /// <remarks>The wait itself is random between zero and this, so that clients which lost a server do not return as one.</remarks>
    public TimeSpan ReconnectMinDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before a reconnect after any number of failures. Defaults to 30 s.</summary>
    public TimeSpan ReconnectMaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a heartbeat is sent. Defaults to 20 s; servers close after 120 s of silence.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the server may be silent before it counts as dead. Defaults to 60 s.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest frame to accept, header included. Defaults to 1 MiB.</summary>
    public int MaxFrameBytes { get; init; } = 1024 * 1024;

    /// <summary>Events kept for an application that is slow to read them. Defaults to 1,024.</summary>
    /// <remarks>Messages beyond it are fetched from the server's history later; none is lost.</remarks>
    public int EventCapacity { get; init; } = 1_024;

    /// <summary>
    /// Hands on pushed messages as they come: repeats, gaps and wrong order included, and nothing that was missed while offline.
    /// For measuring servers. Defaults to false.
    /// </summary>
    public bool RawEvents { get; init; }

    /// <summary>Wraps and unwraps text. Defaults to the key of unmodified clients.</summary>
    public TextCipher TextCipher { get; init; } = TextCipher.Default;

    /// <summary>Clock and timers. Defaults to the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What is sent as the password.</summary>
#pragma warning disable CA5351 // The protocol fixes MD5; servers store a slow hash of it.
    internal string SentPassword =>
        PasswordText ?? Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Password ?? "")));
#pragma warning restore CA5351

    /// <exception cref="ArgumentException">Names the property, its value and what is allowed.</exception>
    internal void Validate()
    {
        Require(Discovery is not null || !string.IsNullOrWhiteSpace(Host), nameof(Host), Host, "a host, or set Discovery");
        Require(Port is > 0 and <= 65_535, nameof(Port), Port, "1 to 65535");
        Require(!string.IsNullOrEmpty(Name), nameof(Name), Name, "a login name");
        Require(Password is not null || PasswordText is not null, nameof(Password), null, "a password, or set PasswordText");
        Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout), ConnectTimeout, "above zero");
        Require(LoginTimeout > TimeSpan.Zero, nameof(LoginTimeout), LoginTimeout, "above zero");
        Require(RequestTimeout > TimeSpan.Zero, nameof(RequestTimeout), RequestTimeout, "above zero");
        Require(AckTimeout > TimeSpan.Zero, nameof(AckTimeout), AckTimeout, "above zero");
        Require(SendAttempts >= 1, nameof(SendAttempts), SendAttempts, "1 or more");
        Require(MaxOutstandingSends is >= 1 and <= 32_767, nameof(MaxOutstandingSends), MaxOutstandingSends, "1 to 32767");
        Require(ReconnectMinDelay >= TimeSpan.Zero, nameof(ReconnectMinDelay), ReconnectMinDelay, "zero or more");
        Require(
            ReconnectMaxDelay >= ReconnectMinDelay, nameof(ReconnectMaxDelay), ReconnectMaxDelay, "at least ReconnectMinDelay");
        Require(HeartbeatInterval > TimeSpan.Zero, nameof(HeartbeatInterval), HeartbeatInterval, "above zero");
        Require(DeadAfter > HeartbeatInterval, nameof(DeadAfter), DeadAfter, "above HeartbeatInterval");
        Require(MaxFrameBytes >= 4_096, nameof(MaxFrameBytes), MaxFrameBytes, "4096 or more");
        Require(EventCapacity >= 1, nameof(EventCapacity), EventCapacity, "1 or more");
    }

    private static void Require(bool holds, string property, object? value, string allowed)
    {
        if (!holds)
            throw new ArgumentException($"{property} is '{value}'; it must be {allowed}.", property);
    }
}
