using System.CommandLine;
using System.Globalization;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Server.DeadLetters;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim dlq</c>: the dead letters, what nobody could handle.</summary>
internal static class DeadLettersCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int PageSize = 500;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private static readonly Argument<long> s_number = new("NUMBER") { Description = "Number of the letter, as the list shows it." };
    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Only says what would be done." };

    public static Command Create() => new(
        "dlq",
        "Dead letters: damaged records, set aside with their reason. On an embedded store the server must not run meanwhile. "
        + "Exit codes: 0 done, 1 not done, 2 wrong usage.")
    {
        List(), Show(), Replay(), Drop(),
    };

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Those that were dealt with too." };
        var command = new Command("list", "Lists what was not dealt with yet: number, time, place in the log, reason.") { all };
        return With(command, async (arguments, letters, _, cancellationToken) =>
        {
            var next = arguments.GetValue(all) ? 0 : await letters.FirstOpenAsync(cancellationToken);
            for (IReadOnlyList<NumberedLetter> page; (page = await letters.ReadAsync(next, PageSize, cancellationToken)).Count > 0;)
            {
                foreach (var letter in page)
                    Console.WriteLine(Line(letter));
                next = page[^1].Number + 1;
            }

            return Ok;
        });
    }

    private static Command Show()
    {
        var reveal = new Option<bool>("--reveal") { Description = "Prints what it holds too, which may be what somebody wrote." };
        var command = new Command("show", "Shows one letter.") { s_number, reveal };
        return With(command, async (arguments, letters, _, cancellationToken) =>
        {
            if (await FindAsync(letters, arguments.GetRequiredValue(s_number), cancellationToken) is not { } letter)
                return Failed;

            Console.WriteLine($"set aside {Time(letter)} by build {letter.Build}");
            Console.WriteLine($"from      {letter.Topic}, epoch {letter.Epoch}, partition {letter.Partition}, offset {letter.Offset}, entry {letter.Index}");
            Console.WriteLine($"because   {Printable(letter.Reason)}");
            Console.WriteLine($"bytes     {letter.Original.Length}");
            DeadLetterReplay.Entries(letter, out var problem);
            Console.WriteLine($"replay    {(problem is null ? "possible" : $"not possible: {Printable(problem)}")}");
            if (arguments.GetValue(reveal))
                Console.WriteLine(Convert.ToHexStringLower(letter.Original.Span));
            return Ok;
        });
    }

    private static Command Replay()
    {
        var newId = new Option<bool>("--new-id")
        {
            Description = "Gives messages a new client id, for a letter so old that its own would be refused. It may then stand there twice.",
        };
        var command = new Command("replay", "Brings what a letter holds into the log once more, at its end.") { s_number, newId, s_dryRun };
        return With(command, async (arguments, letters, host, cancellationToken) =>
        {
            if (await FindAsync(letters, arguments.GetRequiredValue(s_number), cancellationToken) is not { } letter)
                return Failed;
            var entries = DeadLetterReplay.Entries(letter, out var problem);
            if (problem is not null)
            {
                await Console.Error.WriteLineAsync($"Not replayed: {Printable(problem)}.");
                return Failed;
            }

            if (arguments.GetValue(s_dryRun))
            {
                Console.WriteLine($"Would bring {entries.Count} entries into the log.");
                return Ok;
            }

            await ReplayAsync(host, entries, arguments.GetValue(newId), cancellationToken);
            Console.WriteLine($"{entries.Count} entries are in the log.");
            return Ok;
        });
    }

    private static Command Drop()
    {
        var command = new Command("drop", "Notes that all letters up to and including this one were dealt with.") { s_number, s_dryRun };
        return With(command, async (arguments, letters, _, cancellationToken) =>
        {
            var (first, number) = (await letters.FirstOpenAsync(cancellationToken), arguments.GetRequiredValue(s_number));
            var open = (await letters.ReadAsync(first, int.MaxValue, cancellationToken)).Count(letter => letter.Number <= number);
            if (open == 0)
            {
                await Console.Error.WriteLineAsync($"There is no open letter up to {number}.");
                return Failed;
            }

            if (!arguments.GetValue(s_dryRun))
                await letters.CloseThroughAsync(number, cancellationToken);
            Console.WriteLine($"{(arguments.GetValue(s_dryRun) ? "Would drop" : "Dropped")} {open} letters.");
            return Ok;
        });
    }

    private static Command With(
        Command command, Func<ParseResult, IDeadLetterReader, IHost, CancellationToken, Task<int>> work)
    {
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            IConfiguration configuration = settings.Read(arguments);
            using var host = await OperatorHost.OpenAsync(configuration, settings.NameEmbeddedStore(arguments), cancellationToken);
            var result = await work(arguments, host.Services.GetRequiredService<IDeadLetterReader>(), host, cancellationToken);
            await host.StopAsync(CancellationToken.None);
            return result;
        }));
        return command;
    }

    // An embedded log is memory: what was appended is done when the store's progress has passed it.
    private static async Task ReplayAsync(
        IHost host, IEnumerable<InboundEntry> entries, bool newIds, CancellationToken cancellationToken)
    {
        var (log, time) = (host.Services.GetRequiredService<ILogWriter<InboundRecord>>(), host.Services.GetRequiredService<TimeProvider>());
        var store = host.Services.GetRequiredService<IConversationStore>();
        var epoch = host.Services.GetRequiredService<Core.LogLayout>().Epoch;
        var before = await store.ReadProgressAsync(epoch, cancellationToken);
        await DeadLetterReplay.AppendAsync(log, entries, newIds, time, cancellationToken);

        var began = time.GetTimestamp();
        while ((await store.ReadProgressAsync(epoch, cancellationToken)).All(now => before.GetValueOrDefault(now.Key) == now.Value))
        {
            if (time.GetElapsedTime(began) > s_patience)
                throw new TimeoutException("The log has the entries, and no Persist worker has taken them up yet.");
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }

    private static async Task<DeadLetter?> FindAsync(IDeadLetterReader letters, long number, CancellationToken cancellationToken)
    {
        var found = await letters.ReadAsync(number, 1, cancellationToken);
        if (found is [{ Letter: { } letter } only] && only.Number == number)
            return letter;
        await Console.Error.WriteLineAsync($"There is no letter {number} that can be read.");
        return null;
    }

    private static string Line(NumberedLetter numbered) => numbered.Letter is { } letter
        ? $"{numbered.Number}\t{Time(letter)}\t{letter.Topic}/e{letter.Epoch}/{letter.Partition}@{letter.Offset}:{letter.Index}\t{Printable(letter.Reason)}"
        : $"{numbered.Number}\t\t\tthe letter itself does not parse";

    private static string Time(DeadLetter letter) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)letter.TimeMs).ToString("u", CultureInfo.InvariantCulture);

    // Reasons quote what strangers sent.
    private static string Printable(string text) => string.Concat(text.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter));
}
