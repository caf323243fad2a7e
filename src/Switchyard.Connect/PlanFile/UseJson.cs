using System.Text.Json;
using Switchyard.Demand;
using Switchyard.Plan;

namespace Switchyard.Connect.PlanFile;

/// <summary>How an instance does the work, in a plan file: <c>{"precision": "fp8", "tensor_parallel": 2, ...}</c> or <c>{"precision": "bf16", "gang": 8, ...}</c>.</summary>
internal static class UseJson
{
    private const string Name = "use";

    public static void Write(Utf8JsonWriter json, InstanceUse use)
    {
        json.WriteStartObject(Name);
#pragma warning disable CA1308 // JSON names are lower case
        json.WriteString("precision", use.Precision.ToString().ToLowerInvariant());
#pragma warning restore CA1308
        switch (use)
        {
            case ServingUse serving:
                json.WriteNumber("tensor_parallel", serving.TensorParallel);
                json.WriteNumber("replicas", serving.Replicas);
                json.WriteNumber("requests_per_second", Math.Round(serving.RequestsPerSecond, 6));
                json.WriteStartArray("users");
                foreach (var group in serving.Users) json.WriteNumberValue(group);
                json.WriteEndArray();
                break;
            case TrainingUse training:
                json.WriteNumber("gang", training.Gang);
                json.WriteNumber("hours", Math.Round(training.Hours, 6));
                json.WriteBoolean("rests_when_busy", training.RestsWhenBusy);
                break;
        }

        json.WriteEndObject();
    }

    // Plans of earlier versions do not have it.
    public static InstanceUse? Read(JsonElement purchase)
    {
        if (!purchase.TryGetProperty(Name, out var use)) return null;
        var precision = Enum.TryParse<Precision>(PlanReader.Text(use, "precision"), ignoreCase: true, out var known) ? known : throw new FormatException("precision");
        return use.TryGetProperty("gang", out var gang)
            ? new TrainingUse(precision, gang.GetInt32(), use.GetProperty("hours").GetDouble(), use.GetProperty("rests_when_busy").GetBoolean())
            : new ServingUse(
                precision, use.GetProperty("tensor_parallel").GetInt32(), use.GetProperty("replicas").GetInt32(), use.GetProperty("requests_per_second").GetDouble(),
                PlanReader.List(use, "users", u => u.GetInt32()));
    }
}
