using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;

namespace BrokerIm.Gateway.Commands;

/// <summary>Profiles as clients read them (protocol chapter 04 section 1).</summary>
internal static class WireProfiles
{
    /// <summary>All required fields set, zero and empty ones too.</summary>
    public static UserInfo ToWire(this UserProfile profile) => new()
    {
        UserId = profile.Id.Value,
        UserGender = profile.Gender,
        UserNickName = profile.Nick,
        AvatarUrl = profile.Avatar,
        DepartmentId = profile.DepartmentId,
        Email = profile.Email,
        UserRealName = profile.Name,
        UserTel = profile.Phone,
        UserDomain = profile.Domain,
        Status = profile.Status,
        SignInfo = profile.Signature,
    };
}
