using System.Security.Cryptography;
using System.Text;

namespace BrokerIm.LoadTests.Users;

/// <summary>An account to log in with, as it stands in a users file; further fields of the file are of no interest here.</summary>
internal sealed record LoadUser(string Name, string Password)
{
    /// <summary>What a client sends for the password.</summary>
#pragma warning disable CA5351 // MD5 is the protocol's choice.
    public string SentPassword() => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Password)));
#pragma warning restore CA5351
}
