namespace Switchyard.Tests.ScenarioFile;

/// <summary>Every kind of problem, with its line, path, value, expectation and correction, word for word.</summary>
public sealed class ProblemTests
{
    [Theory]
    [InlineData("start: 2027-01-01", "start: 01.01.2027", "scenario.yaml:2 start: '01.01.2027' is not a date, such as '2027-01-01'; maybe '2027-01-01'")]
    [InlineData("horizon: 24 months", "horizon: 24", "scenario.yaml:3 horizon: '24' is not a number of whole months, such as '12 months'; maybe '24 months'")]
    [InlineData("horizon: 24 months", "horizon: 20 years", "scenario.yaml:3 horizon: 240 months are more than the 120 that can be planned; maybe '120 months'")]
    [InlineData("horizon: 24 months", "horzon: 24 months", "scenario.yaml:3 horzon: is not a known key; maybe 'horizon'")]
    [InlineData("discount_rate: 8%/year", "discount_rate: 8%", "scenario.yaml:4 discount_rate: '8%' is not a growth, such as '4%/month' or '8%/year'; maybe '8%/month'")]
    [InlineData("discount_rate: 8%/year", "discount_rate: -8%/year", "scenario.yaml:4 discount_rate: -8%/year is below 0; maybe '8%/year'")]
    [InlineData("discount_rate: 8%/year", "banana: 1", "scenario.yaml:4 banana: is not a known key; known here: name, start, horizon, period, discount_rate, tail, load_segments, limits, commercial, offers, owned, current, models, calibration, workloads, options")]
    [InlineData("discount_rate: 8%/year", "load_segments: 5", "scenario.yaml:4 load_segments: 5 is not from 6 to 24; maybe '6'")]
    [InlineData("discount_rate: 8%/year", "load_segments: 168", "scenario.yaml:4 load_segments: 168 is not from 6 to 24; maybe '24'")]
    [InlineData("discount_rate: 8%/year", "load_segments: 6.5", "scenario.yaml:4 load_segments: '6.5' is not a whole number of at least 1; maybe '7'")]
    [InlineData("discount_rate: 8%/year", "name: again", "scenario.yaml:4 name: is written twice; the first is on line 1")]
    [InlineData("discount_rate: 8%/year", "period: 1 week", "scenario.yaml:4 period: '7 days' is not the only period there is yet; maybe '1 month'")]
    [InlineData("discount_rate: 8%/year", "options: {buy: [stop]}", "scenario.yaml:4 options.buy[0]: 'stop' is not a way to buy; maybe 'spot'")]
    [InlineData("discount_rate: 8%/year", "? [a]\n: b", "scenario.yaml:4: a key is a list; a key is a word")]
    [InlineData("cash: $120k/month", "cash: $120k", "scenario.yaml:6 limits.budget.cash: '$120k' is not an amount by month, such as '$120k/month'; maybe '$120k/month'")]
    [InlineData("cash: $120k/month", "cash: $1.2M/year", "scenario.yaml:6 limits.budget.cash: '$1.2M/year' is not an amount by month, such as '$120k/month'; maybe '$100000/month'")]
    [InlineData("cash: $120k/month", "cash: €120k/month", "scenario.yaml:6 limits.budget.cash: '€120k/month' is not an amount in US dollars (other currencies are not converted)")]
    [InlineData("cash: $120k/month", "cash: $0/month", "scenario.yaml:6 limits.budget.cash: '$0/month' is not an amount above $0")]
    [InlineData("cash: $120k/month", "cash: [1]", "scenario.yaml:6 limits.budget.cash: is a list; expected an amount by month, such as '$120k/month'")]
    [InlineData("total: $2M", "total: ~", "scenario.yaml:6 limits.budget.total: is empty; expected an amount in US dollars, such as '$120k'")]
    [InlineData("provider_share: 60%", "provider_share: 60", "scenario.yaml:7 limits.provider_share: '60' is not a share from 0% to 100%; maybe '60%'")]
    [InlineData("regions: [us-*]", "regions: [mars-*]", "scenario.yaml:8 limits.regions[0]: 'mars-*' matches no region in the catalog")]
    [InlineData("regions: [us-*]", "regions: [us-eats]", "scenario.yaml:8 limits.regions[0]: 'us-eats' is not a region in the catalog; maybe 'us-east'")]
    [InlineData("regions: [us-*]", "providers: [gpc]", "scenario.yaml:8 limits.providers[0]: 'gpc' is not a provider in the catalog or among your offers; maybe 'gcp'")]
    [InlineData("regions: [us-*]", "regions: [*-west]", "scenario.yaml:8 limits.regions[0]: '*-west' is a YAML alias, which is not supported; write the value out, and put patterns with * in quotes")]
    [InlineData("carbon: 20 t/month", "carbon: 20 t", "scenario.yaml:9 limits.carbon: '20 t' is not a mass of CO2 by time, such as '20 t/month'; maybe '20 t/month'")]
    [InlineData("{aws: 12%}", "{asw: 12%}", "scenario.yaml:11 commercial.discounts.asw: 'asw' is not a provider in the catalog or among your offers; maybe 'aws'")]
    [InlineData("{aws: 12%}", "{aws: 100%}", "scenario.yaml:11 commercial.discounts.aws: '100%' is not a discount below 100%")]
    [InlineData("amount: $100k, ", "", "scenario.yaml:12 commercial.credits[0].amount: is missing; write for example 'amount: $100k'")]
    [InlineData("{aws/us-east-1/H100: 16}", "{aws/us-east-1/H1000: 16}", "scenario.yaml:13 commercial.quota.aws/us-east-1/H1000: 'H1000' is not an accelerator in the catalog; maybe 'H100'")]
    [InlineData("{aws/us-east-1/H100: 16}", "{aws/us-east-9/H100: 16}", "scenario.yaml:13 commercial.quota.aws/us-east-9/H100: 'us-east-9' is not a region of aws; maybe 'us-east-1'")]
    [InlineData("{aws/us-east-1/H100: 16}", "{aws/H100: 16}", "scenario.yaml:13 commercial.quota.aws/H100: 'aws/H100' is not provider/region/accelerator; maybe 'aws/*/H100'")]
    [InlineData("{aws/us-east-1/H100: 16}", "{aws/us-east-1/MI300X: 16}", "scenario.yaml:13 commercial.quota.aws/us-east-1/MI300X: aws has no MI300X in us-east-1 in the catalog or among your offers")]
    [InlineData("{aws/us-east-1/H100: 16}", "{aws/us-east-1/H100: -1}", "scenario.yaml:13 commercial.quota.aws/us-east-1/H100: '-1' is not a whole number")]
    [InlineData("offer: gcp/us-central1/a3-highgpu-8g,", "offer: gcp/us-central1/a3-higpu-8g,", "scenario.yaml:14 commercial.commitments[0].offer: 'gcp/us-central1/a3-higpu-8g' is not an offer in the catalog or among your own; maybe 'gcp/us-central1/a3-highgpu-8g'")]
    [InlineData("term: 1y, ends", "term: 7y, ends", "scenario.yaml:14 commercial.commitments[0].price: is missing, and the catalog has no commitment of 84 months on gcp/us-central1/a3-highgpu-8g; write for example 'price: $2.60/GPU-hour'")]
    [InlineData("accelerator: \"H100:8\"", "accelerator: \"H100:1-8\"", "scenario.yaml:16 offers[0].accelerator: 'H100:1-8' is not one accelerator and its count, such as 'H100:8'")]
    [InlineData("accelerator: \"H100:8\"", "accelerator: \"H10O:8\"", "scenario.yaml:16 offers[0].accelerator: 'H10O' is not an accelerator in the catalog; maybe 'H100'")]
    [InlineData("fabric: 400 GB/s", "fabric: 400", "scenario.yaml:16 offers[0].fabric: '400' is not a data rate, such as '400 GB/s' or '3200 Gbit/s'; maybe '400 GB/s'")]
    [InlineData("price: $2.60/GPU-hour", "price: $2.60", "scenario.yaml:16 offers[0].price: '$2.60' is not a price by hour, such as '$2.60/GPU-hour' or '$20.80/hour'; maybe '$2.60/GPU-hour'")]
    [InlineData("price: $2.60/GPU-hour", "price: $0/GPU-hour", "scenario.yaml:16 offers[0].price: '$0/GPU-hour' is not a price above 0")]
    [InlineData("max: 64 GPU", "max: 60 GPU", "scenario.yaml:17 offers[0].max: '60 GPU' is not a multiple of the 8 GPUs of an instance; maybe '64 GPU'")]
    [InlineData("max: 64 GPU", "max: 64", "scenario.yaml:17 offers[0].max: '64' is not a number of GPUs or instances, such as '64 GPU' or '8 instances'; maybe '64 GPU'")]
    [InlineData("valid_until: 2027-02-01", "valid_until: 2026-12-01", "scenario.yaml:17 offers[0].valid_until: 2026-12-01 is before the start on 2027-01-01; take the quote out or have it renewed")]
    [InlineData("term: 12 months, upfront: 20%", "block: 14-2 days", "scenario.yaml:17 offers[0].block: '14-2 days' is not the shortest block, then the longest; maybe '2-14 days'")]
    [InlineData("term: 12 months, upfront: 20%", "block: 1.5 days", "scenario.yaml:17 offers[0].block: '1.5 days' is not the shortest and longest block in whole days, such as '1-182 days'")]
    [InlineData("term: 12 months, upfront", "block: 1-14 days, upfront", "scenario.yaml:17 offers[0].upfront: needs a 'term'; a block is paid as a whole when it begins")]
    [InlineData("term: 12 months, upfront", "block: 14 days, term: 12 months, upfront", "scenario.yaml:17 offers[0].block: and 'term' are two ways to sell; leave one of them out")]
    [InlineData("term: 12 months, upfront", "upfront", "scenario.yaml:17 offers[0].upfront: needs a 'term'; without one the offer is by the hour")]
    [InlineData("name: api,", "name: quote-cw,", "scenario.yaml:18 offers[1].name: 'quote-cw' is there already, on line 16")]
    [InlineData("input: $0.60/1M tokens", "input: $0.60", "scenario.yaml:18 offers[1].input: '$0.60' is not a price by tokens, such as '$0.60/1M tokens'; maybe '$0.60/1M tokens'")]
    [InlineData("region: us-east, running", "region: moon, running", "scenario.yaml:20 owned[0].region: 'moon' is not a part of the world, or 'unknown'; known: africa, asia-east, asia-south, asia-southeast, canada, europe-east, europe-north, europe-south, europe-west, middle-east, oceania, south-america, us-central, us-east, us-west, unknown")]
    [InlineData(", running_cost: $0.40/GPU-hour", "", "scenario.yaml:20 owned[0].running_cost: is missing; write for example 'running_cost: $0.40/GPU-hour'")]
    [InlineData("aws/us-east-1/p5.48xlarge", "p5.48xlarge", "scenario.yaml:22 current[0].offer: 'p5.48xlarge' is not an offer in the catalog or among your own; maybe 'aws/eu-west-2/p5.48xlarge'")]
    [InlineData("utilisation: 31%", "utilization: 31%", "scenario.yaml:22 current[0].utilization: is not a known key; maybe 'utilisation'")]
    [InlineData("  routing-llm:", "  routing llm:", "scenario.yaml:24 workloads.routing llm: 'routing llm' is not a name of letters, digits, '-', '_' and '.'; maybe 'routing-llm'")]
    [InlineData("kind: inference", "kind: inferance", "scenario.yaml:25 workloads.routing-llm.kind: 'inferance' is not one of inference, training, batch; maybe 'inference'")]
    [InlineData("model: llama-3.1-70b\n", "model: llama-3.1-70\n", "scenario.yaml:26 workloads.routing-llm.model: 'llama-3.1-70' is not a model in the catalog; maybe 'llama-3.1-70b'")]
    [InlineData("[bf16, fp8]", "[fp16]", "scenario.yaml:27 workloads.routing-llm.precision[0]: 'fp16' is not a number format (bf16, fp8, int8, fp4, int4); maybe 'bf16'")]
    [InlineData("peak: 6/s", "peak: -6/s", "scenario.yaml:28 workloads.routing-llm.rate.peak: '-6/s' is not a rate above 0, such as '6/s'")]
    [InlineData("peak: 6/s", "peak: NaN/s", "scenario.yaml:28 workloads.routing-llm.rate.peak: 'NaN/s' is not a rate, such as '6/s', '2k/min' or '100/h'")]
    [InlineData("peak: 6/s", "peak: 6/s, mean: 2/s", "scenario.yaml:28 workloads.routing-llm.rate.mean: stands beside 'peak'; give one of peak, mean and trace")]
    [InlineData("shape: business-hours", "shape: busines-hours", "scenario.yaml:28 workloads.routing-llm.rate.shape: 'busines-hours' is not one of flat, business-hours, daily, nightly; maybe 'business-hours'")]
    [InlineData("shape: business-hours", "shape: [1, 2]", "scenario.yaml:28 workloads.routing-llm.rate.shape: has 2 levels; a day has 24, a week 168 from Monday 00:00")]
    [InlineData("p50: 900", "p50: 0", "scenario.yaml:29 workloads.routing-llm.tokens.input.p50: '0' is not a number of tokens above 0")]
    [InlineData("p50: 900", "p50: 9000", "scenario.yaml:29 workloads.routing-llm.tokens.input.p95: 2400 is below p50, 9000")]
    [InlineData("p95: 2400", "p95: 240000", "scenario.yaml:29 workloads.routing-llm.tokens: 240400 tokens (p95 of input and output) exceed the context of llama-3.1-70b, 131072")]
    [InlineData("ttft: p95 < 500ms", "ttft: fast", "scenario.yaml:30 workloads.routing-llm.slo.ttft: 'fast' is not a duration; maybe '500ms'")]
    [InlineData("ttft: p95 < 500ms", "ttft: 500 m s", "scenario.yaml:30 workloads.routing-llm.slo.ttft: '500 m s' is not a duration; maybe '500ms'")]
    [InlineData("us-west: 40%", "us-west: 50%", "scenario.yaml:31 workloads.routing-llm.users: the shares sum to 110%, not to 100%")]
    [InlineData("us-west: 40%", "us-wst: 40%", "scenario.yaml:31 workloads.routing-llm.users.us-wst: 'us-wst' is not a part of the world; maybe 'us-west'")]
    [InlineData("replicas_min: 2", "replicas_min: 2.5", "scenario.yaml:32 workloads.routing-llm.availability.replicas_min: '2.5' is not a whole number of at least 1; maybe '3'")]
    [InlineData("spread: zone", "spread: zones", "scenario.yaml:32 workloads.routing-llm.availability.spread: 'zones' is not one of none, zone, region, provider; maybe 'zone'")]
    [InlineData("spot: no", "spot: nope", "scenario.yaml:33 workloads.routing-llm.spot: 'nope' is not 'yes' or 'no'; maybe 'no'")]
    [InlineData("work: 20B tokens", "work: 20B", "scenario.yaml:37 workloads.finetune.work: '20B' is not a number of tokens above 0, such as '20B tokens'; maybe '20B tokens'")]
    [InlineData("work: 20B tokens", "work: 20B requests", "scenario.yaml:37 workloads.finetune.work: '20B requests' is not a number of tokens above 0, such as '20B tokens'")]
    [InlineData("    work: 20B tokens\n", "", "scenario.yaml:35 workloads.finetune.work: is missing; write for example 'work: 20B tokens'")]
    [InlineData("within: 5 days", "within: 45 days", "scenario.yaml:39 workloads.finetune.within: 45 days is longer than from one run to the next, 1 month; runs would overlap")]
    [InlineData("within: 5 days", "deadline: 2027-09-01", "scenario.yaml:39 workloads.finetune.deadline: is for work that is done once; with 'every', say 'within' how long each run must end")]
    [InlineData("every: 1 month\n    within: 5 days", "deadline: 2026-09-01", "scenario.yaml:38 workloads.finetune.deadline: 2026-09-01 is not after the start, 2027-01-01")]
    [InlineData("every: 1 month\n    within: 5 days", "deadline: 2030-09-01", "scenario.yaml:38 workloads.finetune.deadline: 2030-09-01 is after the horizon's end, 2029-01-01; lengthen the horizon")]
    [InlineData("every: 1 month\n    within: 5 days", "within: 900 days", "scenario.yaml:38 workloads.finetune.within: 900 days from 2027-01-01 ends after the horizon, which ends on 2029-01-01")]
    [InlineData("home: aws/us-east-1", "home: us-east-1", "scenario.yaml:40 workloads.finetune.data.home: 'us-east-1' is not a provider and a region, such as 'aws/us-east-1'; maybe 'aws/us-east-1'")]
    [InlineData("size: 100 GB", "size: 100", "scenario.yaml:41 workloads.finetune.checkpoint.size: '100' is not a size, such as '100 GB' or '80GiB'; maybe '100 GB'")]
    [InlineData("work: 40M requests", "work: many", "scenario.yaml:46 workloads.embed.work: 'many' is not a count, such as '20B tokens', '40M requests' or '64 GPU'")]
    [InlineData("work: 40M requests", "work: 40M requests\n    slo: {ttft: 1s}", "scenario.yaml:47 workloads.embed.slo: is not a known key; known here: kind, model, precision, spot, accelerators, data, team, work, tokens, every, within, deadline, start, growth, after")]
    [InlineData("work: 40M requests", "work: 40M requests\n    accelerators: [H100, L5]", "scenario.yaml:47 workloads.embed.accelerators[1]: 'L5' is not an accelerator in the catalog; maybe 'L4'")]
    [InlineData("work: 40M requests", "work: 40M requests\n    accelerators: 900GB..", "scenario.yaml:47 workloads.embed.accelerators: '900GB..' matches no accelerator in the catalog")]
    public void Each_is_said_word_for_word(string was, string becomes, string problem)
    {
        Given.Logistics.Split(was).Length.ShouldBe(2, $"'{was}' stands once in the file");
        Given.Problems(Given.Logistics.Replace(was, becomes, StringComparison.Ordinal)).ShouldBe([problem]);
    }

    [Fact]
    public void All_come_at_once_by_line()
    {
        var text = Given.Logistics
            .Replace("horizon: 24 months", "horizon: 24", StringComparison.Ordinal)
            .Replace("ttft: p95 < 500ms", "ttft: fast", StringComparison.Ordinal)
            .Replace("model: llama-3.1-8b", "modl: llama-3.1-8b", StringComparison.Ordinal)
            .Replace("{aws: 12%}", "{asw: 12%}", StringComparison.Ordinal);
        Given.Problems(text).ShouldBe(
        [
            "scenario.yaml:3 horizon: '24' is not a number of whole months, such as '12 months'; maybe '24 months'",
            "scenario.yaml:11 commercial.discounts.asw: 'asw' is not a provider in the catalog or among your offers; maybe 'aws'",
            "scenario.yaml:30 workloads.routing-llm.slo.ttft: 'fast' is not a duration; maybe '500ms'",
            "scenario.yaml:36 workloads.finetune.modl: is not a known key; maybe 'model'",
            "scenario.yaml:35 workloads.finetune.model: is missing; write for example 'model: llama-3.1-8b'",
        ], ignoreOrder: true);
        Given.Read(text).Problems.Select(problem => problem.Line).ShouldBeInOrder();
    }

    [Fact]
    public void A_problem_holds_the_value_and_the_correction()
    {
        var problem = Given.Read(Given.Logistics.Replace("ttft: p95 < 500ms", "ttft: fast", StringComparison.Ordinal)).Problems.ShouldHaveSingleItem();
        (problem.File, problem.Line, problem.Path).ShouldBe(("scenario.yaml", 30, "workloads.routing-llm.slo.ttft"));
        (problem.Value, problem.Expected, problem.Correction).ShouldBe(("fast", "a duration", "500ms"));
    }

    [Theory]
    [InlineData("expires: 2027-09-30", "expires: 2026-09-30", "commercial.credits[0]: not counted (the credit expired on 2026-09-30, before the start on 2027-01-01)")]
    [InlineData("ends: 2027-06-30", "ends: 2026-06-30", "commercial.commitments[0]: not counted (the commitment ended on 2026-06-30, before the start on 2027-01-01)")]
    [InlineData("ttft: p95 < 500ms", "ttft: 500ms", "workloads.routing-llm.slo.ttft: p95 < 500ms (p95 where no percentile is written)")]
    [InlineData("start: 2027-01-01\n", "", "start: 2026-12-01 (the first of the month after the catalog's date)")]
    [InlineData("name: logistics\n", "", "name: scenario (the file's name)")]
    [InlineData("    precision: [bf16, fp8]\n", "", "workloads.routing-llm.precision: [bf16] (the format in which the model is published)")]
    [InlineData("peak: 6/s, shape: business-hours", "mean: 6/s", "workloads.routing-llm.rate.peak: 6/s (the mean through the shape flat)")]
    [InlineData("within: 8h", "growth: 1%/month", "workloads.embed.within: 1 day (until the next run begins)")]
    public void What_is_not_said_is_listed(string was, string becomes, string assumed) =>
        Given.Scenario(Given.Logistics.Replace(was, becomes, StringComparison.Ordinal)).Assumed.ShouldContain(assumed);
}
