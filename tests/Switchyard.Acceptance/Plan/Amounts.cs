using System.Text.Json;

namespace Switchyard.Acceptance.Plan;

/// <summary>Short ways into the JSON of a plan.</summary>
internal static class Amounts
{
    /// <summary>A number, by the keys that lead to it.</summary>
    public static decimal Usd(this JsonElement element, params string[] path) =>
        path.Aggregate(element, (at, key) => at.GetProperty(key)).GetDecimal();

    /// <summary>The sum of all members of an object of numbers.</summary>
    public static decimal Sum(this JsonElement element, params string[] path) =>
        path.Aggregate(element, (at, key) => at.GetProperty(key)).EnumerateObject().Sum(member => member.Value.GetDecimal());

    /// <summary>A member that is a text.</summary>
    public static string Text(this JsonElement element, string key) => element.GetProperty(key).GetString()!;
}
