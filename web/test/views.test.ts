import { describe, expect, it } from 'vitest';
import type { Plan, Report } from '../src/report.ts';
import { page } from '../src/page.ts';
import type { Block, View } from '../src/view.ts';
import { layers } from '../src/views/cost/index.ts';
import { tightest } from '../src/views/supply/index.ts';
import { plan, report } from './plan.ts';

const views = Object.values(import.meta.glob<View>('../src/views/*/index.ts', { eager: true, import: 'view' })).sort((a, b) => a.order - b.order);
const find = (id: string): View => {
  const view = views.find((v) => v.id === id);
  if (!view) throw new Error(id);
  return view;
};
const headline = (id: string, given: Report = report): string => find(id).findings(given)[0]?.headline ?? '';
const change = (changes: Partial<Plan>): Report => ({ ...report, plan: { ...plan, ...changes } });

describe('every view', () => {
  it('has its own name and place', () => {
    expect(new Set(views.map((v) => v.id)).size).toBe(views.length);
    expect(new Set(views.map((v) => v.order)).size).toBe(views.length);
  });
  it('states its finding in a sentence, and has a table behind each chart', () => {
    for (const view of views) {
      for (const finding of view.findings(report)) {
        expect(finding.headline, view.id).toMatch(/^.{20,}[.]$/s);
        for (const block of finding.blocks) if (block.kind === 'chart' || block.kind === 'drawing') expect(block.table.rows.length, view.id).toBeGreaterThan(0);
      }
    }
  });
  it('has as many cells in a row as columns', () => {
    const tables = (block: Block) => (block.kind === 'table' ? [block] : block.kind === 'chart' || block.kind === 'drawing' ? [block.table] : []);
    for (const view of views)
      for (const table of view.findings(report).flatMap((f) => f.blocks).flatMap(tables))
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
    expect(headline('supply')).toBe('The peak of chat grows from 1 to 1.2 requests a second; capacity stays at least 6.9% above that peak with its headroom (2027-03).');
  });
  it('ways that break a limit are not called cheaper without saying so', () => {
    expect(headline('baselines')).toBe('The next best way within all limits, all on-demand, costs 10.3% more; only ways that break a limit are cheaper.');
  });
  it('the costliest limit', () => { expect(headline('limits')).toBe('The costliest limit is limits.provider_share (80%): it costs about $50.00, 2.6% of the plan.'); });
  it('the choice that matters', () => { expect(headline('runner-up')).toContain('without it the plan costs $195.00 (+10.0%) more.'); });
  it('where it runs', () => { expect(headline('places')).toBe('It runs in 2 regions; the largest provider, gcp, takes 80.0% of the new spending; the farthest users are 14 ms away, there and back.'); });
});

describe('cost by month', () => {
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
    expect(made.querySelector('#buy tbody td:nth-child(2) bdi')?.textContent).toBe(hostile);
  });
});
