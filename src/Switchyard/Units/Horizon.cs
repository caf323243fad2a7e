namespace Switchyard.Units;

/// <summary>The months that a plan covers. Month <c>i</c> runs from <c>Start</c> plus <c>i</c> months to the next.</summary>
/// <param name="Start">The first day.</param>
/// <param name="Months">How many months; 1 to 120.</param>
public readonly record struct Horizon(DateOnly Start, int Months)
{
    /// <summary>Hours in an average month of the Gregorian calendar (365.2425 days / 12).</summary>
    public const double AverageMonthHours = 365.2425 * 24 / 12;

    /// <summary>The day on which month <paramref name="month"/> begins.</summary>
    /// <param name="month">Zero-based; may lie beyond the horizon.</param>
    public DateOnly FirstDay(int month) => Start.AddMonths(month);

    /// <summary>The day after the last.</summary>
    public DateOnly End => Start.AddMonths(Months);

    /// <summary>Hours in month <paramref name="month"/>, as the calendar has them (672 to 744).</summary>
    public double Hours(int month) => (FirstDay(month + 1).DayNumber - FirstDay(month).DayNumber) * 24.0;

    /// <summary>Hours from the start to the beginning of month <paramref name="month"/>.</summary>
    public double HoursBefore(int month) => (FirstDay(month).DayNumber - Start.DayNumber) * 24.0;

    /// <summary>Hours in the whole horizon.</summary>
    public double TotalHours => HoursBefore(Months);

    /// <summary>The month that holds <paramref name="day"/>: negative before the start, at least <c>Months</c> after the end.</summary>
    public int MonthOf(DateOnly day)
    {
        var month = ((day.Year - Start.Year) * 12) + day.Month - Start.Month;
        while (FirstDay(month) > day) month--;
        while (FirstDay(month + 1) <= day) month++;
        return month;
    }

    /// <summary>The month's name, <c>yyyy-MM</c>.</summary>
    public string Label(int month) => FirstDay(month).ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
}
