import type { Case, Evidence } from '../src/evidence.ts';

const spread = (mean: number, low: number, high: number) => ({ mean, low, high });

const expected: Case = {
  case: 'as expected', seeds: 2, requests_played: 1000,
  breaches: [
    { what: 'chat: ttft p95 < 1000ms', workload: 'chat', first: '2027-02-01 15:21', months: ['2027-02'], detail: '91.5% of requests' },
    { what: 'evals: deadline', workload: 'evals', first: '2027-02-03 00:00', months: ['2027-02'], detail: '90.0% of 10 runs end in time' },
  ],
  services: [{
    workload: 'chat', requests: 1e6, ttft: { mean: 0.3, p50: 0.3, p95: 0.6, p99: 0.9 }, tpot: { mean: 0.04, p50: 0.04, p95: 0.05, p99: 0.06 }, e2e: { mean: 9, p50: 9, p95: 18, p99: 27 },
    failed: spread(0, 0, 0),
    objectives: ['2027-01', '2027-02', '2027-03'].map((month, i) => ({ objective: 'ttft', month, limit: 1, wanted: 0.95, attained: spread(i === 1 ? 0.915 : 0.98, i === 1 ? 0.9 : 0.97, 0.99), holds: i !== 1 })),
  }],
  jobs: [{ workload: 'evals', runs: 10, done: 10, in_time: 0.9, promised: 0.95, hours: spread(3, 2, 4), wait_hours: spread(0, 0, 0), failures: 0.5, worst_slack_hours: -1 }],
  limits: [
    { limit: 'limits.budget.cash', value: '$800/month', what: 'cash of the dearest month', holds: true, unit: 'usd', bound: 800, measured: spread(750, 740, 760), worst: 760, month: '2027-01' },
    { limit: 'limits.carbon', value: '1 t/month', what: 'carbon is unknown for a region', holds: null },
    { limit: 'limits.spot_share', value: '30%', what: 'share of spot', holds: true, unit: 'share', bound: 0.3, measured: spread(0.2, 0.19, 0.21), worst: 0.21, month: null, held_back: { times_a_run: 2.5, first: '2027-01-02 03:04', reason: 'one more spot machine' } },
  ],
  cost: spread(2100, 2050, 2150), planned_cost: 1950,
  cash_per_month: { '2027-01': spread(750, 740, 760), '2027-02': spread(600, 590, 610), '2027-03': spread(750, 740, 760) },
  accelerator_hours: { chat: { useful: spread(900, 890, 910), idle: spread(100, 90, 110) } },
  kilowatt_hours: null, carbon_kilograms: null,
  timeline: [{ at: '2027-01-04 01:16', what: '1 × crusoe/all/mi300x-x1 spot lost: preempted' }, { at: '2027-02-03 01:00', what: 'evals-34 ends 1 h late' }],
};

/** What a proof of the small plan found. */
export const evidence: Evidence = {
  schema: 'switchyard.evidence/1', scenario: 'small', holds: false, run_hash: '0123456789abcdef', seeds: [1, 2], expected,
  stress: [{ ...expected, case: 'one zone out', breaches: [], cost: spread(2200, 2150, 2250) }],
  mend: { holds: true, cost: 500, measures: [{ workload: 'chat', text: 'for machines slower than predicted by chat 30%' }], later_deadlines: [], additions: ['chat: +20 h of gcp/us-east4/g2-standard-4 on-demand (10 to 30; at most 2 to 3 at a time)'] },
  notes: [], assumed: ['faults: some'],
};
