using System.CommandLine;

namespace BrokerIm.LoadTests.Talk;

/// <summary>What scenarios in which users talk are told.</summary>
internal static class TalkArguments
{
    private static readonly Option<int> s_outstanding = Arguments.Number(
        "--outstanding", "Messages of one connection that may be without an ack.", 8, 1, SendWindow.Sequences);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to measure.", 20, 1, 86_400);

    private static readonly Option<int> s_warmUp = Arguments.Number("--warmup", "Seconds to send before that.", 5, 0, 3_600);

    private static readonly Option<int> s_size = Arguments.Number("--size", "Bytes of message data.", 64, Payload.MinBytes, 200_000);

    private static readonly Option<double?> s_rate = Arguments.Rate(
        "Messages per second of all together (open loop; latency counts from when a message was due). "
        + "Without it the next message follows an ack (closed loop).");

    private static readonly Option<int> s_ramp = Arguments.Number("--ramp", "Seconds in which the rate grows from 0.", 0, 0, 3_600);

    /// <summary>Adds the options.</summary>
    public static Command AddTo(Command command)
    {
        foreach (var option in new Option[] { s_outstanding, s_duration, s_warmUp, s_size, s_rate, s_ramp })
            command.Add(option);
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_ramp) > 0 && result.GetValue(s_rate) is null)
                result.AddError("--ramp needs --rate, the rate to grow to.");
        });
        return command;
    }

    /// <summary>How they talk.</summary>
    public static TalkOptions TalkOf(ParseResult arguments) => TalkOptions.Of(
        arguments.GetValue(s_rate),
        TimeSpan.FromSeconds(arguments.GetValue(s_ramp)),
        arguments.GetValue(s_outstanding),
        arguments.GetValue(s_size));

    /// <summary>For how long.</summary>
    public static (TimeSpan WarmUp, TimeSpan Duration) TimesOf(ParseResult arguments) =>
        (TimeSpan.FromSeconds(arguments.GetValue(s_warmUp)), TimeSpan.FromSeconds(arguments.GetValue(s_duration)));
}
