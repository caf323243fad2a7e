using Switchyard.Connect;
using Switchyard.Connect.ScenarioFile;
using Switchyard.Demand;
using Switchyard.Tests.Catalog;

namespace Switchyard.Tests.ScenarioFile;

/// <summary>Scenario files for tests, read against the shipped catalog.</summary>
internal static class Given
{
    /// <summary>A file that uses nearly every key.</summary>
    internal const string Logistics = """
        name: logistics
        start: 2027-01-01
        horizon: 24 months
        discount_rate: 8%/year
        limits:
          budget: {cash: $120k/month, total: $2M}
          provider_share: 60%
          regions: [us-*]
          carbon: 20 t/month
        commercial:
          discounts: {aws: 12%}
          credits: [{provider: gcp, amount: $100k, expires: 2027-09-30}]
          quota: {aws/us-east-1/H100: 16}
          commitments: [{offer: gcp/us-central1/a3-highgpu-8g, count: 1, term: 1y, ends: 2027-06-30}]
        offers:
          - {name: quote-cw, provider: coreweave, region: us-east, accelerator: "H100:8", fabric: 400 GB/s, price: $2.60/GPU-hour,
             term: 12 months, upfront: 20%, max: 64 GPU, valid_until: 2027-02-01}
          - {name: api, kind: tokens, model: llama-3.1-70b, input: $0.60/1M tokens, output: $0.80/1M tokens}
        owned:
          - {name: lab, accelerator: "A100-80GB:4", count: 2, region: us-east, running_cost: $0.40/GPU-hour}
        current:
          - {offer: aws/us-east-1/p5.48xlarge, count: 2, utilisation: 31%}
        workloads:
          routing-llm:
            kind: inference
            model: llama-3.1-70b
            precision: [bf16, fp8]
            rate: {peak: 6/s, shape: business-hours, growth: 4%/month}
            tokens: {input: {p50: 900, p95: 2400}, output: {p50: 180, p95: 400}}
            slo: {ttft: p95 < 500ms, tpot: p95 < 50ms}
            users: {us-east: 60%, us-west: 40%}
            availability: {replicas_min: 2, spread: zone}
            spot: no
          finetune:
            kind: training
            model: llama-3.1-8b
            work: 20B tokens
            every: 1 month
            within: 5 days
            data: {size: 4 TB, home: aws/us-east-1}
            checkpoint: {size: 100 GB}
            spot: yes
          embed:
            kind: batch
            model: bge-m3
            work: 40M requests
            tokens: {input: 400, output: 0}
            every: 1 day
            within: 8h

        """;

    internal static Reading<Scenario> Read(string text, string file = "scenario.yaml", Func<string, Stream>? open = null) =>
        ScenarioReader.Read(text, file, Shipped.Catalog.Value.Prices, Shipped.Catalog.Value.Models, open);

    internal static Scenario Scenario(string text, Func<string, Stream>? open = null)
    {
        var reading = Read(text, open: open);
        reading.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        return reading.Value!;
    }

    internal static string[] Problems(string text, Func<string, Stream>? open = null) =>
        [.. Read(text, open: open).Problems.Select(problem => problem.ToString())];
}
