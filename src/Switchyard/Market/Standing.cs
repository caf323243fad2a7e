namespace Switchyard.Market;

/// <summary>How something is bought.</summary>
public enum PurchaseKind
{
    /// <summary>Rented by the hour at the list price.</summary>
    OnDemand,

    /// <summary>Rented by the hour at the spot price; can be taken away.</summary>
    Spot,

    /// <summary>Committed to for a term.</summary>
    Commitment,

    /// <summary>Already owned, reserved or paid for.</summary>
    Owned,

    /// <summary>Bought by the token from somebody's API.</summary>
    Tokens,

    /// <summary>A block of days or weeks, booked ahead and paid in full; cannot be given back.</summary>
    Block,
}

/// <summary>The ways of buying as files and tables write them.</summary>
public static class PurchaseKinds
{
    private static readonly (PurchaseKind Kind, string Name)[] Names =
    [
        (PurchaseKind.OnDemand, "on_demand"), (PurchaseKind.Spot, "spot"), (PurchaseKind.Commitment, "commitment"),
        (PurchaseKind.Owned, "owned"), (PurchaseKind.Tokens, "tokens"), (PurchaseKind.Block, "block"),
    ];

    /// <summary>The name of a way of buying.</summary>
    public static string Name(PurchaseKind kind) => Names.First(n => n.Kind == kind).Name;

    /// <summary>The way of buying with this name; null where there is none.</summary>
    public static PurchaseKind? Parse(string name) => Names.FirstOrDefault(n => n.Name == name) is { Name: not null } found ? found.Kind : null;
}

/// <summary>Whether a price can be bought at, or only shows what the market is like.</summary>
/// <param name="Buyable">True when a plan may choose it.</param>
/// <param name="Reason">Why it is only indicative; null when buyable.</param>
public readonly record struct Standing(bool Buyable, string? Reason)
{
    /// <summary>A price that a plan may choose.</summary>
    public static Standing Ok { get; } = new(true, null);

    /// <summary>A price that is shown and never chosen by itself.</summary>
    public static Standing Indicative(string reason) => new(false, reason);
}

/// <summary>How old a price may be, measured against the price book's as-of date, and whether indicative prices count.</summary>
/// <param name="ListDays">Oldest list or commitment price, in days.</param>
/// <param name="SpotDays">Oldest spot or market price, in days.</param>
/// <param name="AllowIndicative">True to let a plan choose indicative prices and unverified accelerators.</param>
public sealed record PricePolicy(int ListDays = 365, int SpotDays = 120, bool AllowIndicative = false)
{
    /// <summary>The standing of a price at a date.</summary>
    /// <param name="basis">What kind of figure it is.</param>
    /// <param name="priced">The day on which it held; null where unknown.</param>
    /// <param name="quarantined">Why it is not to be trusted; null where nothing speaks against it.</param>
    /// <param name="kind">How it is bought; spot ages faster.</param>
    /// <param name="asOf">The price book's date.</param>
    public Standing Judge(PriceBasis basis, DateOnly? priced, string? quarantined, PurchaseKind kind, DateOnly asOf)
    {
        if (quarantined is not null) return Standing.Indicative($"quarantined: {quarantined}");
        if (basis == PriceBasis.Quote) return Standing.Ok;
        if (basis == PriceBasis.Average) return Standing.Indicative("an average, not an offer");
        if (basis == PriceBasis.StartingAt) return Standing.Indicative("a \"from\" price");
        if (priced is not { } day) return Standing.Indicative("undated");
        var limit = kind == PurchaseKind.Spot || basis == PriceBasis.Market ? SpotDays : ListDays;
        var age = asOf.DayNumber - day.DayNumber;
        return age > limit ? Standing.Indicative($"{age} days old, over the limit of {limit}") : Standing.Ok;
    }
}
