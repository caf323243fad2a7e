using System.Globalization;

namespace Switchyard.Connect.Traces;

/// <summary>
/// Reads the times of one trace: moments (ISO 8601), seconds since the trace began, or Unix time. The first one decides which, and all
/// columns of a trace share one clock. A moment is kept as seconds since 00:00 UTC of the first day read.
/// </summary>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="unitSeconds">Seconds in the unit in which bare numbers count, such as 0.001 for milliseconds.</param>
internal sealed class Clock(TraceProblems problems, double unitSeconds = 1)
{
    private const double UnixFrom = 1e9, Latest = 1e11;

    private bool? numbers, zoned;
    private bool offsets;
    private DateTime epoch = DateTime.UnixEpoch;

    /// <summary>The moment of second 0; null where times are bare seconds.</summary>
    internal DateTimeOffset? Start => numbers switch
    {
        null => null,
        true when epoch == DateTime.UnixEpoch => null,
        _ => new(epoch, TimeSpan.Zero),
    };

    /// <summary>What is to be known about how times were read; null for nothing.</summary>
    internal string? Note => (numbers, zoned, offsets) switch
    {
        (false, _, true) => "times with different offsets from UTC were taken to UTC",
        (false, false, _) => "times carry no zone and are taken as UTC",
        (false, true, _) => "times are in UTC",
        (true, _, _) when epoch != DateTime.UnixEpoch => "times are Unix time",
        _ => null,
    };

    /// <summary>Reads a time in seconds; NaN, with a problem, where it is none.</summary>
    internal double Read(string text, int line, string column)
    {
        if (numbers != false && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return Seconds(number * unitSeconds, text, line, column);
        if (numbers == true || !Moment(text, out var moment))
        {
            var date = DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var loose) && text.Length >= 8 && numbers != true;
            problems.NotA(line, column, text, numbers == true ? "a number of seconds" : "a moment, such as 2027-01-01T08:00:00Z",
                date ? loose.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) : null);
            return double.NaN;
        }

        Zone(text, line, column);
        if (numbers is null) (numbers, epoch) = (false, moment.Date);
        return (moment - epoch).TotalSeconds;
    }

    private double Seconds(double seconds, string text, int line, string column)
    {
        if (!double.IsFinite(seconds) || seconds < 0 || seconds > Latest)
        {
            problems.NotA(line, column, text, seconds > Latest ? "a time in seconds; it may be in milliseconds or nanoseconds" : "a number of seconds of at least 0",
                seconds is > Latest and < 1e14 ? (seconds / 1000).ToString("0.###", CultureInfo.InvariantCulture) : null);
            return double.NaN;
        }

        // Unix time is told from seconds since the trace began by its size: it is after 2001.
        if (numbers is null && seconds > UnixFrom && unitSeconds == 1) epoch = DateTime.UnixEpoch.AddSeconds(seconds).Date;
        numbers = true;
        return epoch == DateTime.UnixEpoch ? seconds : seconds - (epoch - DateTime.UnixEpoch).TotalSeconds;
    }

    /// <summary>Only a full date counts: "12:30" would be read as of today, and 11/12 as of either month.</summary>
    private static bool Moment(string text, out DateTime moment)
    {
        moment = default;
        return text.Length >= 10 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[3]) && text[4] is '-' or '/'
            && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
    }

    private void Zone(string text, int line, string column)
    {
        var sign = text.LastIndexOfAny(['+', '-', 'Z', 'z']);
        var has = sign >= 16;
        if (zoned is null) zoned = has;
        else if (zoned != has)
            problems.Doubt(Doubts.Zones, line, column, $"'{Problem.Shown(text)}' {(has ? "has a time zone; times above it have none" : "has no time zone; times above it have one")}");
        offsets |= has && text[sign] is '+' or '-' && text.AsSpan(sign + 1).ContainsAnyExcept('0', ':');
    }
}
