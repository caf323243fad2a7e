import type { Plan, Report } from '../src/report.ts';

/** A small plan: a service that outgrows a commitment, and a nightly batch. */
export const plan: Plan = {
  scenario: 'small', start: '2027-01-01', months: 3, prices_as_of: '2026-11-22',
  cost: {
    total: 1950, present_value: 1900, after_horizon: 0, committed_earlier: 500, credits_used: 50,
    per_month: { '2027-01': 700, '2027-02': 550, '2027-03': 700 },
    per_workload: { chat: 1200, evals: 300 }, per_purchase_kind: { on_demand: 1200, spot: 300 }, per_provider: { gcp: 1200, crusoe: 300 },
  },
  bound: 1800, gap: 0.0526,
  purchases: [
    {
      workload: 'chat', offer: 'gcp/us-east4/g2-standard-4', provider: 'gcp', region: 'us-east4', purchase_kind: 'on_demand', accelerator: 'L4', accelerators_per_instance: 1,
      usd_per_hour: 0.7, configuration: 'fp8 TP1, 1 × 0.77/s', price_as_of: '2026-07-30', price_source: 'a list', cost: 1200,
      months: [{ month: '2027-01', instances: 2, instance_hours: 700, cash: 400 }, { month: '2027-02', instances: 2, instance_hours: 700, cash: 400 }, { month: '2027-03', instances: 3, instance_hours: 700, cash: 400 }],
    },
    {
      workload: 'evals', offer: 'crusoe/all/mi300x-x1', provider: 'crusoe', region: 'all', purchase_kind: 'spot', accelerator: 'MI300X', accelerators_per_instance: 1,
      usd_per_hour: 0.95, configuration: 'bf16 TP1, 1 × 22.4/s', price_as_of: '2026-10-01', price_source: 'another list', cost: 300,
      months: [{ month: '2027-01', instances: 1, instance_hours: 100, cash: 150 }, { month: '2027-03', instances: 1, instance_hours: 100, cash: 150 }],
    },
  ],
  demand: [
    {
      workload: 'chat', kind: 'inference', model: 'llama-3.1-8b', unit: 'requests/s', objectives: { ttft: 'p95 < 1000ms' }, users: [{ geography: 'us-east', share: 1 }],
      months: [{ month: '2027-01', mean: 0.5, peak: 1, needed: 1.2 }, { month: '2027-02', mean: 0.55, peak: 1.1, needed: 1.32 }, { month: '2027-03', mean: 0.6, peak: 1.2, needed: 1.44 }],
      supply: [{ offer: 'gcp/us-east4/g2-standard-4', provider: 'gcp', region: 'us-east4', purchase_kind: 'on_demand', capacity: [1.54, 1.54, 1.54] }],
    },
    {
      workload: 'evals', kind: 'batch', model: 'llama-3.1-8b', unit: 'requests', within_hours: 6, objectives: {}, users: [],
      months: [{ month: '2027-01', mean: 4e6, peak: 4e6, needed: 4e6 }, { month: '2027-02', mean: 0, peak: 0, needed: 0 }, { month: '2027-03', mean: 4e6, peak: 4e6, needed: 4e6 }],
      supply: [{ offer: 'crusoe/all/mi300x-x1', provider: 'crusoe', region: 'all', purchase_kind: 'spot', capacity: [4e6, 0, 4e6] }],
    },
  ],
  baselines: [
    { name: 'all on-demand', detail: 'no spot, no commitments', cost: 2150, breaks: [] },
    { name: 'one provider only', detail: 'gcp', cost: 1900, breaks: ['limits.provider_share'] },
    { name: 'all reserved for the peak', detail: 'nothing', cost: null, breaks: ['limits.budget.cash'] },
  ],
  binding: [{ limit: 'limits.provider_share', value: '80%', worth: 50 }],
  alternatives: [{ workload: 'chat', winner: 'gcp/us-east4/g2-standard-4 on-demand', runner_up: 'aws/us-east-1/g6e.xlarge on-demand', gap: 195, gap_share: 0.1 }],
  considered: [{
    workload: 'chat', options: 12,
    best: [{ source: 'gcp/us-east4/g2-standard-4 on-demand', accelerators: 'L4:1', configuration: 'fp8 TP1', unit_cost: 252.47, unit: '1M requests', price_as_of: '2026-07-30', price_source: 'a list' }],
    excluded: [{ limit: 'limits.regions', count: 2614, example: 'aws/af-south-1/g4dn.12xlarge on-demand: region af-south-1 is not among those allowed' }],
  }],
  own_offers_left_out: [{ offer: 'api', workload: 'chat', limit: null, reason: 'it does not promise ttft' }],
  assumed: ['workloads.chat.headroom: 20% (capacity above the expected load for bursts within the hour)', 'availability, on-demand at a hyperscaler: 64 accelerators of a kind per region (nobody publishes it)'],
  not_yet_used: ['workloads.chat.availability.spread'],
};

/** The same as the page gets it. */
export const report: Report = {
  schema: 'switchyard.report/1', version: '0.1.0', plan, evidence: [],
  places: [{ provider: 'gcp', region: 'us-east4', location: 'Ashburn, US', latitude: 39.04, longitude: -77.49, carbon_g_per_kwh: 383, source: 'a table' }],
  users: [{ geography: 'us-east', latitude: 40.71, longitude: -74.01 }],
  round_trips: [{ geography: 'us-east', provider: 'gcp', region: 'us-east4', milliseconds: 14.1 }],
};
