using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow;

public abstract partial class ChatGuarantees
{
    [Fact]
    public async Task What_users_show_of_themselves_reaches_the_others()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var bob = await _installation.ConnectAsync(users[1], Token, ClientType.Mac);
        await using var bobsPhone = await _installation.ConnectAsync(users[1], Token, ClientType.Ios);
        var (alicesId, bobsId) = (alice.Self.UserId, bob.Self.UserId);

        bob.ShowTyping(alicesId, isTyping: true);
        Assert.Equal(new UserTyping(bobsId, IsTyping: true), await alice.NextAsync<UserTyping>());
        Assert.Equal(new P2PReceived(bobsId, alicesId, P2PCommand.Writing.ToJson()), await bobsPhone.NextAsync<P2PReceived>());

        Assert.Equal("gone fishing", await bob.SetSignatureAsync("gone fishing", Token).Soon());
        await bob.SetAvatarAsync("fish.png", Token).Soon();
        foreach (var device in new[] { alice, bobsPhone })
        {
            Assert.Equal(new SignatureChanged(bobsId, "gone fishing"), await device.NextAsync<SignatureChanged>());
            Assert.Equal(new AvatarChanged(bobsId, "fish.png"), await device.NextAsync<AvatarChanged>());
        }

        var profile = Assert.Single(await alice.GetUsersAsync([bobsId, 999_999], Token).Soon());
        Assert.Equal(("gone fishing", "fish.png"), (profile.SignInfo, profile.AvatarUrl));
    }

    [Fact]
    public async Task A_phone_sets_how_it_is_woken_and_ends_the_session_on_the_pc()
    {
        var users = await _installation.AddUsersAsync(1, Token);
        await using var desk = await _installation.ConnectAsync(users[0], Token);
        await using var phone = await _installation.ConnectAsync(users[0], Token, ClientType.Ios);

        Assert.False(await phone.GetPushShieldAsync(Token).Soon());
        await phone.SetPushShieldAsync(isOn: true, Token).Soon();
        Assert.True(await desk.GetPushShieldAsync(Token).Soon());
        await phone.SetDeviceTokenAsync(new string('a', 64), Token).Soon();

        await phone.KickPcAsync(Token).Soon();
        Assert.Equal(KickReasonType.MobileKick, (await desk.NextAsync<Kicked>()).Reason);
        Assert.True(phone.IsConnected);
    }
}
