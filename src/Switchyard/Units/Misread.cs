namespace Switchyard.Units;

/// <summary>Why a text could not be read as a quantity.</summary>
/// <param name="Expected">What was expected, as it continues "'…' is not", such as <c>a duration</c>.</param>
/// <param name="Correction">What was probably meant, in a spelling that can be read; null where nothing is likely.</param>
public readonly record struct Misread(string Expected, string? Correction = null);

/// <summary>Reads a text as a quantity. Culture plays no part, and no reader throws whatever the text.</summary>
/// <typeparam name="T">What the text stands for.</typeparam>
/// <param name="text">The text.</param>
/// <param name="value">The quantity; without meaning when false is returned.</param>
/// <param name="misread">What was expected; without meaning when true is returned.</param>
/// <returns>Whether the text could be read.</returns>
public delegate bool QuantityReader<T>(string text, out T value, out Misread misread);
