using System.Threading.Channels;
using BrokerIm.Client;

namespace BrokerIm.Tests.Support;

/// <summary>Waits for something that must happen, and fails the test when it does not.</summary>
internal static class Waiting
{
    /// <summary>Generous: a test that needs it has failed, and one on a busy machine should not.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The result, or a failed test.</summary>
    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="Soon{T}(Task{T})"/>
    public static Task Soon(this Task task) => task.WaitAsync(Limit, TestContext.Current.CancellationToken);

    /// <summary>The next item, or a failed test.</summary>
    public static Task<T> NextAsync<T>(this ChannelReader<T> reader) =>
        reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();

    /// <summary>The next event of a kind; others before it are skipped.</summary>
    public static async Task<T> NextAsync<T>(this ImClient client)
        where T : ImEvent
    {
        while (true)
        {
            if (await client.Events.NextAsync() is T wanted)
                return wanted;
        }
    }

    /// <summary>The texts of the next messages, in the order they came.</summary>
    public static async Task<IReadOnlyList<string?>> NextTextsAsync(this ImClient client, int count)
    {
        List<string?> texts = [];
        while (texts.Count < count)
            texts.Add((await client.NextAsync<MessageReceived>()).Message.Text);
        return texts;
    }
}
