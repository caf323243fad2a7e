namespace Switchyard.Units;

/// <summary>A value, or the reason why there is none. An expected failure is a value; an exception is a bug.</summary>
/// <typeparam name="T">What is asked for.</typeparam>
public readonly record struct Outcome<T>
    where T : class
{
    private Outcome(T? value, string? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>The value; null when refused.</summary>
    public T? Value { get; }

    /// <summary>Why there is no value; null when there is one.</summary>
    public string? Refusal { get; }

    /// <summary>A value.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>The reason why there is no value.</summary>
#pragma warning disable CA1000 // Refused<T> names its type where it is called, as Value does
    public static Outcome<T> Refused(string reason) => new(null, reason);
#pragma warning restore CA1000
}
