using System.CommandLine.Parsing;
using System.Globalization;

namespace Switchyard.Cli;

/// <summary>Reads options that are whole numbers, so that a wrong one is said in the user's words and not in those of a type.</summary>
internal static class WholeNumber
{
    /// <summary>A parser of numbers from <paramref name="least"/> on.</summary>
    /// <param name="option">The option's name, for messages.</param>
    /// <param name="what">What is counted, such as <c>days</c>.</param>
    /// <param name="least">The smallest number allowed.</param>
    /// <param name="most">The largest number allowed.</param>
    public static Func<ArgumentResult, int> Parser(string option, string what, int least, int most = int.MaxValue) => result =>
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        result.AddError($"{option}: '{text}' is not {(what.StartsWith("a ", StringComparison.Ordinal) ? what : $"a number of {what}")}; a whole number of at least {least}{(most < int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $" and at most {most:#,##0}") : "")}");
        return least;
    };
}
