using System.Globalization;

namespace Switchyard.Units;

/// <summary>Where a number comes from.</summary>
public enum Provenance
{
    /// <summary>Read off a real run.</summary>
    Measured,

    /// <summary>Computed by a model whose coefficients were fitted to real runs.</summary>
    Calibrated,

    /// <summary>Computed from published specifications and documented factors.</summary>
    Modelled,

    /// <summary>A documented default that nobody measured.</summary>
    Assumed,
}

/// <summary>A predicted number, its range and where it comes from.</summary>
/// <param name="Value">The best estimate.</param>
/// <param name="Low">Lower end of the stated range.</param>
/// <param name="High">Upper end of the stated range.</param>
/// <param name="Provenance">How it was obtained.</param>
public readonly record struct Prediction(double Value, double Low, double High, Provenance Provenance)
{
    /// <summary>A prediction scaled by a positive factor; its provenance stays.</summary>
    public static Prediction operator *(Prediction prediction, double factor) =>
        new(prediction.Value * factor, prediction.Low * factor, prediction.High * factor, prediction.Provenance);

    /// <summary>The value with its range.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Value:G4} ({Low:G3} to {High:G3}, {Provenance.ToString().ToLowerInvariant()})");
}
