using System.Globalization;

namespace Switchyard.Units;

/// <summary>An exact amount of US dollars, as a ledger holds it.</summary>
/// <param name="Usd">The amount in US dollars; may be negative (a saving or a credit).</param>
public readonly record struct Money(decimal Usd) : IComparable<Money>
{
    /// <summary>No money.</summary>
    public static Money Zero { get; }

    /// <summary>The amount nearest to <paramref name="usd"/>, rounded to a hundredth of a cent.</summary>
    /// <param name="usd">US dollars; finite.</param>
    /// <exception cref="OverflowException">The value is not finite or exceeds what money can hold.</exception>
    public static Money FromUsd(double usd) => new(decimal.Round((decimal)usd, 4, MidpointRounding.ToEven));

    /// <summary>Sum.</summary>
    public static Money operator +(Money a, Money b) => new(a.Usd + b.Usd);

    /// <summary>Difference.</summary>
    public static Money operator -(Money a, Money b) => new(a.Usd - b.Usd);

    /// <summary>A multiple of an amount.</summary>
    public static Money operator *(Money a, decimal factor) => new(a.Usd * factor);

    /// <summary>Whether one amount is smaller than another.</summary>
    public static bool operator <(Money a, Money b) => a.Usd < b.Usd;

    /// <summary>Whether one amount is larger than another.</summary>
    public static bool operator >(Money a, Money b) => a.Usd > b.Usd;

    /// <summary>Whether one amount is at most another.</summary>
    public static bool operator <=(Money a, Money b) => a.Usd <= b.Usd;

    /// <summary>Whether one amount is at least another.</summary>
    public static bool operator >=(Money a, Money b) => a.Usd >= b.Usd;

    /// <inheritdoc/>
    public int CompareTo(Money other) => Usd.CompareTo(other.Usd);

    /// <summary>Dollars with thousands separators; cents below $1,000, fractions of a cent below $1.</summary>
    public override string ToString()
    {
        var magnitude = Math.Abs(Usd);
        var format = magnitude switch { 0 => "0", >= 1000 => "#,##0", >= 1 => "0.00", _ => "0.00##" };
        return (Usd < 0 ? "-$" : "$") + magnitude.ToString(format, CultureInfo.InvariantCulture);
    }
}

/// <summary>A price for one hour of something (an instance, unless said otherwise).</summary>
/// <param name="Usd">US dollars per hour; positive.</param>
public readonly record struct HourlyPrice(decimal Usd)
{
    /// <summary>What <paramref name="hours"/> hours cost.</summary>
    /// <param name="hours">Hours; not negative.</param>
    public Money For(double hours) => Money.FromUsd((double)Usd * hours);

    /// <summary>A price scaled by a factor, such as a discount of 12% by 0.88.</summary>
    public static HourlyPrice operator *(HourlyPrice price, double factor) => new(price.Usd * (decimal)factor);

    /// <summary>Dollars per hour.</summary>
    public override string ToString() => Usd.ToString("$#,##0.00##", CultureInfo.InvariantCulture) + "/h";
}
