import { describe, expect, it } from 'vitest';
import type { Plan, Report } from '../src/report.ts';
import { page } from '../src/page.ts';
import type { Block, View } from '../src/view.ts';
import { broken } from '../src/evidence.ts';
import { cashLimit, merged } from '../src/report.ts';
import { parts } from '../src/view.ts';
import { layers } from '../src/views/cost/index.ts';
import { limitCosts } from '../src/views/limits/index.ts';
import { ink } from '../src/views/purchases/calendar.ts';
import { tightest } from '../src/views/supply/index.ts';
import { around, sort } from '../src/views/trouble/index.ts';
import { evidence } from './evidence.ts';
import { plan, report } from './plan.ts';

const views = Object.values(import.meta.glob<View>('../src/views/*/index.ts', { eager: true, import: 'view' })).sort((a, b) => a.order - b.order);
const find = (id: string): View => {
  const view = views.find((v) => v.id === id);
  if (!view) throw new Error(id);
  return view;
};
const proven: Report = { ...report, evidence: [evidence] };
const headline = (id: string, given: Report = report): string => find(id).findings(given)[0]?.headline ?? '';
const change = (changes: Partial<Plan>): Report => ({ ...report, plan: { ...plan, ...changes } });

describe('every view', () => {
  it('has its own name and place', () => {
    expect(new Set(views.map((v) => v.id)).size).toBe(views.length);
    expect(new Set(views.map((v) => v.order)).size).toBe(views.length);
  });
  it('stands among those of its part', () => {
    const inOrder = views.map((v) => parts.indexOf(v.part));
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  });
  it('states its finding in a sentence, and has a table behind each chart', () => {
    for (const view of views) {
      for (const finding of view.findings(proven)) {
        expect(finding.headline, view.id).toMatch(/^.{20,}[.]$/s);
        for (const block of finding.blocks) if (block.kind === 'chart' || block.kind === 'drawing') expect(block.table.rows.length, view.id).toBeGreaterThan(0);
      }
    }
  });
  it('has as many cells in a row as columns', () => {
    const tables = (block: Block) => (block.kind === 'table' ? [block] : block.kind === 'chart' || block.kind === 'drawing' ? [block.table] : []);
    for (const view of views)
      for (const table of view.findings(proven).flatMap((f) => f.blocks).flatMap(tables))
        for (const row of table.rows) expect(row.length, `${view.id}: ${table.title}`).toBe(table.columns.length);
  });
  it('is absent where its data are', () => {
    const bare = change({ purchases: [], demand: [], baselines: [], binding: [], alternatives: [], considered: [], own_offers_left_out: [], assumed: [], not_yet_used: [] });
    expect(views.filter((v) => v.findings(bare).length > 0).map((v) => v.id)).toEqual(['summary', 'cost', 'sources']);
  });
});

describe('headlines', () => {
  it('the plan against the cheapest way that keeps the limits', () => {
    expect(headline('summary')).toBe('The work costs $1,950 over 3 months: $200.00 less than the cheapest simpler way that keeps all limits (all on-demand).');
    expect(headline('summary', change({ baselines: [] }))).toBe('The work costs $1,950 over 3 months; no simpler way of buying keeps all limits.');
  });
  it('the month with least to spare', () => {
    const [chat] = plan.demand;
    expect(chat && tightest(chat)?.month).toBe('2027-03');
    expect(headline('supply')).toBe('The peak of chat grows from 1 to 1.2 requests a second; in the tightest month, 2027-03, capacity is 6.9% above that peak with its headroom.');
  });
  it('ways that break a limit are not called cheaper without saying so', () => {
    expect(headline('baselines')).toBe('The next best way within all limits, all on-demand, costs 10.3% more; only ways that break a limit are cheaper.');
  });
  it('the costliest limit', () => { expect(headline('limits')).toBe('The costliest limit is limits.provider_share (80%): it costs about $50.00, 2.6% of the plan.'); });
  it('the choice that matters', () => { expect(headline('runner-up')).toContain('without it the plan costs $195.00 (+10.0%) more.'); });
  it('where it runs', () => { expect(headline('places')).toBe('It runs in 2 regions; the largest provider, gcp, takes 80.0% of the new spending; the farthest users are 14 ms away, there and back.'); });
});

describe('what a proof found', () => {
  it('is in the first sentence, and named where it breaks', () => {
    expect(headline('summary', proven)).toMatch(/ \(all on-demand\)\. Replayed, it does not hold\.$/);
    expect(headline('proof', proven)).toBe('The plan does not hold in 2 runs: chat misses TTFT p95 < 1000ms, first on 2027-02-01, and one more promise is broken.');
    expect(find('proof').findings(proven)[1]?.headline).toBe('Planned again for machines slower than predicted by chat 30%, it holds, for $500.00 more (+25.6%).');
    expect(headline('bill', proven)).toBe('The bill is $2,100 ($2,050 to $2,150): 7.7% above the plan’s $1,950.');
    expect(headline('hours', proven)).toBe('90.0% of 1,000 accelerator-hours do useful work; most of the rest, 10.0%, is idle.');
    expect(headline('stress', proven)).toBe('With one zone out the plan still holds, and the bill changes by +$100.00.');
    expect(headline('trouble', proven)).toBe('Trouble begins on 2027-02-01: chat misses TTFT p95 < 1000ms.');
  });
  it('says which limits are kept, and which are close', () => {
    expect(headline('kept', proven)).toBe('All 2 limits that were measured are kept; closest is limits.budget.cash ($800/month), of which at most 95% is used.');
    const [cash, ...rest] = evidence.expected.limits ?? [];
    if (!cash) throw new Error('no limits');
    expect(headline('kept', { ...report, evidence: [{ ...evidence, expected: { ...evidence.expected, limits: [{ ...cash, holds: false }, ...rest] } }] })).toBe('limits.budget.cash ($800/month) is broken: cash of the dearest month.');
    expect(find('kept').findings({ ...report, evidence: [{ ...evidence, expected: { ...evidence.expected, limits: [] } }] })).toEqual([]);
  });
  it('says what is broken as a clause', () => {
    const clause = (what: string) => broken({ what, workload: null, first: '', months: [], detail: '' });
    expect(clause('a: b: deadline')).toBe('a: b misses its deadline');
    expect(clause('chat: e2e p95 < 9000ms')).toBe('chat misses E2E p95 < 9000ms');
    expect(clause('cost')).toBe('the bill is above the plan’s');
    expect(clause('limits.budget.cash')).toBe('limits.budget.cash is broken');
  });
  it('says by how much where all months are judged together, and no moment', () => {
    const share = { what: 'limits.provider_share', workload: null, first: '2027-01-01 00:00', months: [], detail: '62.7% on average; 60.0% allowed' };
    const only = { ...report, evidence: [{ ...evidence, expected: { ...evidence.expected, breaches: [share] } }] };
    expect(headline('proof', only)).toBe('The plan does not hold in 2 runs: limits.provider_share is broken (62.7% on average; 60.0% allowed).');
    const table = find('proof').findings(only)[0]?.blocks.find((block) => block.kind === 'table');
    expect(table?.kind === 'table' && table.rows[0]).toEqual(['limits.provider_share is broken', '–', { text: 'all together', value: 0 }, '62.7% on average; 60.0% allowed']);
    expect(headline('trouble', only)).toContain('No moment breaks anything');
  });
  it('sorts events by what happened', () => {
    expect(sort('1 × crusoe/all/mi300x-x1 spot lost: preempted')).toBe('crusoe/all/mi300x-x1 spot lost: preempted');
    expect(sort('embed-12 ends 0.4 h late')).toBe('embed ends late');
  });
  it('lists events on both sides of a moment', () => {
    const timeline = Array.from({ length: 30 }, (_, i) => ({ at: `2027-01-${String(i + 1).padStart(2, '0')} 00:00`, what: 'x' }));
    expect(around(timeline, '2027-01-10 12:00').map((e) => e.at.slice(8, 10))).toEqual(['04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', '16', '17']);
    expect(around(timeline, '2028-01-01 00:00').length).toBe(7);
  });
});

describe('what limits cost', () => {
  const why = { tolerance: 0.002, flips: [], loads: [], limits: [{ limit: 'limits.provider_share', value: '80%', price: 0, step: null, step_worth: null }, { limit: 'limits.regions', value: '[us-*]', price: 70, step: null, step_worth: null }] };
  it('is what planning again found, where that was done, beside the bound', () => {
    expect(limitCosts({ ...plan, why }).map((c) => [c.limit, c.bound, c.again])).toEqual([['limits.regions', null, 70], ['limits.provider_share', 50, 0]]);
    expect(headline('limits', change({ why }))).toBe('The costliest limit is limits.regions ([us-*]): planned again without it, the work costs $70.00 less, 3.7% of the plan.');
  });
  it('of cash is read from the plan', () => {
    expect(cashLimit({ ...plan, limits: [{ limit: 'limits.budget.cash', value: '$120,000/month' }] })).toBe(120000);
    expect(cashLimit(plan)).toBeNull();
  });
});

describe('purchases', () => {
  it('are shown once for an offer that stands in two columns, with their sums', () => {
    const [chat, evals] = plan.purchases;
    if (!chat || !evals) throw new Error('no purchases');
    const twice = merged({ ...plan, purchases: [chat, evals, { ...chat, configuration: 'bf16 TP1', cost: 30, months: [{ month: '2027-02', instances: 1, instance_hours: 10, cash: 30 }] }] });
    expect(twice.length).toBe(2);
    expect(twice[0]?.cost).toBe(1230);
    expect(twice[0]?.configuration).toBe('fp8 TP1, 1 × 0.77/s; bf16 TP1');
    expect(twice[0]?.months.map((m) => m.instances)).toEqual([2, 3, 3]);
  });
  it('have numbers that can be read on their colour', () => {
    expect([ink('#0072b2'), ink('#e69f00'), ink('#ffffff'), ink('#000000')]).toEqual(['#ffffff', '#10151a', '#10151a', '#ffffff']);
  });
});

describe('cost by month', () => {
  it('has the amortised cost and the present value of each month beside its cash', () => {
    const [finding] = find('cost').findings(change({ cost: { ...plan.cost, amortised_per_month: { '2027-01': 600, '2027-02': 600, '2027-03': 750 }, present_value_per_month: { '2027-01': 700, '2027-02': 540, '2027-03': 660 } } }));
    const [chart] = finding?.blocks ?? [];
    if (chart?.kind !== 'chart') throw new Error('no chart');
    expect(chart.legend?.map((l) => l.name)).toContain('amortised');
    expect(chart.table.columns.slice(-3).map((c) => c.name)).toEqual(['Cash when paid', 'Amortised', 'Present value']);
    expect(chart.table.rows[1]?.slice(-3).map((c) => (typeof c === 'string' ? c : c.text))).toEqual(['$550.00', '$600.00', '$540.00']);
  });

  it('adds up to what is paid', () => {
    const parts = layers(plan);
    Object.values(plan.cost.per_month).forEach((usd, i) => { expect(parts.reduce((sum, part) => sum + (part.usd[i] ?? 0), 0)).toBeCloseTo(usd, 4); });
    expect(parts.map((p) => p.name)).toEqual(['committed earlier', 'on demand', 'spot']);
  });
});

describe('names that others wrote', () => {
  it.each(['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', 'x'.repeat(10_000), '\u202Eevil\u202C', '</script>'])('are text: %.30s', (hostile) => {
    const [first, ...rest] = plan.purchases;
    const made = page(change({ scenario: hostile, purchases: first ? [{ ...first, offer: hostile, workload: hostile }, ...rest] : [], assumed: [`${hostile}: ${hostile}`] }), views);
    expect(made.querySelectorAll('script, img').length).toBe(0);
    expect(made.querySelector('h1')?.textContent).toBe(hostile);
    expect(made.querySelector('#buy .table.open tbody td:nth-child(2) bdi')?.textContent).toBe(hostile);
  });
});
