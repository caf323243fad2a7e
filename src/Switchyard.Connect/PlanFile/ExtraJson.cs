using System.Text.Json;
using Switchyard.Demand;
using Switchyard.Plan;

namespace Switchyard.Connect.PlanFile;

/// <summary>What a plan has beyond its scenario, as JSON: under the names that scenario files have for it.</summary>
internal static class ExtraJson
{
    /// <summary>Writes it under the workload's name.</summary>
    public static void Write(Utf8JsonWriter json, string workload, Extra extra)
    {
        json.WriteStartObject(workload);
        if (extra.MinReplicas > 0) json.WriteNumber("replicas_min", extra.MinReplicas);
        if (extra.Spread != FailureDomain.None) json.WriteString("spread", extra.Spread.Text());
        if (extra.Spares > 0) json.WriteNumber("spares", extra.Spares);
        json.WriteEndObject();
    }

    /// <summary>Reads it.</summary>
    public static Extra Read(JsonElement value) => new(
        value.TryGetProperty("replicas_min", out var replicas) ? replicas.GetInt32() : 0,
        value.TryGetProperty("spread", out var spread) ? Domain(spread.GetString()!) ?? throw new FormatException("spread") : FailureDomain.None,
        value.TryGetProperty("spares", out var spares) ? spares.GetInt32() : 0);

    /// <summary>The failure domain of this name; null where there is none.</summary>
    public static FailureDomain? Domain(string name) =>
        Enum.GetValues<FailureDomain>().Where(d => d != FailureDomain.None && d.Text() == name).Select(d => (FailureDomain?)d).FirstOrDefault();
}
