using System.Text.Json;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>schemas/scenario.schema.json has every key that is read, and no other.</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(Checkout.Read("schemas/scenario.schema.json")).RootElement;

    [Fact]
    public void It_has_the_keys_that_are_read_and_no_other()
    {
        Keys(Schema).ShouldBe(ScenarioReader.Keys, ignoreOrder: true);
        Keys(At("limits")).ShouldBe(LimitsPart.Keys, ignoreOrder: true);
        Keys(At("limits.budget").GetProperty("anyOf")[1]).ShouldBe(LimitsPart.BudgetKeys, ignoreOrder: true);
        Keys(At("commercial")).ShouldBe(CommercialPart.Keys, ignoreOrder: true);
        Keys(At("commercial.credits").GetProperty("items")).ShouldBe(CommercialPart.CreditKeys, ignoreOrder: true);
        Keys(At("commercial.commitments").GetProperty("items")).ShouldBe(CommercialPart.CommitmentKeys, ignoreOrder: true);
        Keys(At("offers").GetProperty("items").GetProperty("anyOf")[0]).ShouldBe(QuotesPart.CapacityKeys, ignoreOrder: true);
        Keys(At("offers").GetProperty("items").GetProperty("anyOf")[1]).ShouldBe(QuotesPart.TokenKeys, ignoreOrder: true);
        Keys(At("owned").GetProperty("items")).ShouldBe(HoldingsPart.OwnedKeys, ignoreOrder: true);
        Keys(At("current").GetProperty("items")).ShouldBe(HoldingsPart.CurrentKeys, ignoreOrder: true);
        Keys(At("options")).ShouldBe(ScenarioReader.OptionKeys, ignoreOrder: true);
        Keys(Definition("inference")).ShouldBe(InferencePart.Keys, ignoreOrder: true);
        Keys(Definition("training")).ShouldBe(WorkloadsPart.TrainingKeys, ignoreOrder: true);
        Keys(Definition("batch")).ShouldBe(WorkloadsPart.BatchKeys, ignoreOrder: true);
        Keys(Definition("tokens")).ShouldBe(InferencePart.TokenKeys, ignoreOrder: true);
        Keys(Definition("slo")).ShouldBe(InferencePart.SloKeys, ignoreOrder: true);
        Keys(Definition("data")).ShouldBe(DataPart.Keys, ignoreOrder: true);
        Keys(Definition("checkpoint")).ShouldBe(WorkloadsPart.CheckpointKeys, ignoreOrder: true);
        Keys(Of(Definition("inference"), "rate").GetProperty("anyOf")[1]).ShouldBe(InferencePart.RateKeys, ignoreOrder: true);
        Keys(Of(Definition("inference"), "availability")).ShouldBe(InferencePart.AvailabilityKeys, ignoreOrder: true);
    }

    private static JsonElement Definition(string name) => Schema.GetProperty("definitions").GetProperty(name);

    private static JsonElement At(string path) => path.Split('.').Aggregate(Schema, Of);

    private static JsonElement Of(JsonElement schema, string key) => schema.GetProperty("properties").GetProperty(key);

    private static IEnumerable<string> Keys(JsonElement schema) => schema.GetProperty("properties").EnumerateObject().Select(p => p.Name);
}
