using BrokerIm.Contracts.Wire;

namespace BrokerIm.Core.Values;

/// <summary>A user may have one session of each class (protocol chapter 02 section 4): client type divided by 16.</summary>
public enum DeviceClass
{
    /// <summary>Windows and Mac.</summary>
    Pc = 0,

    /// <summary>iOS and Android.</summary>
    Mobile = 1,
}

/// <summary>Tells a client's class.</summary>
public static class DeviceClasses
{
    /// <summary>Bit 0x10 of the client type.</summary>
    public static DeviceClass ClassOf(this ClientType type) => ((int)type & 0x10) != 0 ? DeviceClass.Mobile : DeviceClass.Pc;
}
