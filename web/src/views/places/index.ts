import { base, tip, tooltip } from '../../chart.ts';
import { money, number, percent } from '../../format.ts';
import type { Report } from '../../report.ts';
import { colour } from '../../theme.ts';
import type { Block, View } from '../../view.ts';
import type { Site } from './map.ts';
import { tall } from './geometry.ts';
import { centre, map, seen } from './map.ts';

interface Spent { readonly provider: string; readonly region: string; readonly usd: number; readonly workloads: string; readonly serves: boolean }

function spending({ plan }: Report): Spent[] {
  const services = new Set(plan.demand.filter((d) => d.kind === 'inference').map((d) => d.workload));
  const groups = new Map<string, { provider: string; region: string; usd: number; workloads: Set<string>; serves: boolean }>();
  for (const p of plan.purchases) {
    const key = `${p.provider}/${p.region}`;
    const group = groups.get(key) ?? { provider: p.provider, region: p.region, usd: 0, workloads: new Set<string>(), serves: false };
    group.usd += p.cost;
    group.workloads.add(p.workload);
    group.serves ||= services.has(p.workload);
    groups.set(key, group);
  }
  return [...groups.values()].map((g) => ({ ...g, workloads: [...g.workloads].join(', ') })).sort((a, b) => b.usd - a.usd);
}

function shares(report: Report): Block {
  const entries = Object.entries(report.plan.cost.per_provider).sort((a, b) => b[1] - a[1]);
  const sum = entries.reduce((total, [, usd]) => total + usd, 0);
  const limit = report.plan.binding.find((b) => b.limit === 'limits.provider_share');
  return {
    kind: 'chart',
    title: 'Share of the new spending, by provider',
    says: 'The share of each provider in what is newly spent. Figures are in the table below.',
    height: 62,
    steps: 1,
    legend: entries.map(([provider, usd], i) => ({ name: `${provider} ${percent(usd / sum)}`, shape: 'box' as const, colour: (t) => colour(t, i) })),
    option: (t) => base(t, {
      grid: { left: 2, right: 2, top: 6, bottom: 6 },
      tooltip: tooltip(t, 'axis', () => tip('New spending, before credits', entries.map(([provider, usd], i) => ({ name: provider, value: `${money(usd)} (${percent(usd / sum)})`, colour: colour(t, i) })))),
      xAxis: { type: 'value', show: false, max: 1 },
      yAxis: { type: 'category', show: false, data: ['share'] },
      series: entries.map(([provider, usd], i) => ({
        name: provider, type: 'bar', stack: 'share', barWidth: 34, data: [usd / sum], itemStyle: { color: colour(t, i), borderColor: t.paper, borderWidth: 1 },
      })),
    }),
    ...(limit ? { note: `limits.provider_share (${limit.value}) binds: it costs about ${money(limit.worth)}.` } : {}),
    table: {
      kind: 'table', title: 'Spending by provider', columns: [{ name: 'Provider' }, { name: 'Before credits, US dollars', right: true }, { name: 'Share', right: true }],
      rows: entries.map(([provider, usd]) => [provider, { text: money(usd), value: usd }, { text: percent(usd / sum), value: usd / sum }]),
    },
  };
}

export const view: View = {
  id: 'places',
  order: 50,
  title: 'Where it runs',
  part: 'The plan',
  findings: (report) => {
    const spent = spending(report);
    if (spent.length === 0) return [];
    const sites = spent.flatMap((where): Site[] => {
      const place = report.places.find((p) => p.provider === where.provider && p.region === where.region);
      return place ? [{ ...place, usd: where.usd, serves: where.serves }] : [];
    });
    const unknown = spent.filter((where) => !sites.some((site) => site.provider === where.provider && site.region === where.region));
    const trips = report.round_trips.filter((trip) => sites.some((site) => site.serves && site.provider === trip.provider && site.region === trip.region));
    const farthest = [...trips].sort((a, b) => b.milliseconds - a.milliseconds)[0];
    const first = spent[0];
    const all = spent.reduce((sum, where) => sum + where.usd, 0);
    const providers = Object.entries(report.plan.cost.per_provider).filter(([, usd]) => usd > 0).sort((a, b) => b[1] - a[1]);
    const main = providers[0];
    const middle = centre(sites);
    const circles = farthest && middle ? seen(middle, [30, 60, 120].filter((ms) => ms < Math.max(45, farthest.milliseconds * 1.6)), [...sites, ...report.users]) : [];
    const columns = [{ name: 'Region' }, { name: 'Location' }, { name: 'Workloads' }, { name: 'Spent, US dollars', right: true }, ...report.users.map((u) => ({ name: `ms to users in ${u.geography}`, right: true }))];
    const blocks: Block[] = [];
    if (sites.length > 0) {
      blocks.push({
        kind: 'drawing',
        says: `A map of the regions in which the plan runs${report.users.length > 0 ? ', of the users, and of the round trips between them' : ''}. Figures are in the table below.`,
        legend: [
          { name: 'region, by what is spent there', shape: 'dot', colour: (t) => t.accent },
          ...(report.users.length > 0 ? [{ name: 'users', shape: 'triangle' as const, colour: (t: { warn: string }) => t.warn }] : []),
          ...(circles.length > 0 ? [{ name: `within ${circles.map((ms) => number(ms, 0)).join(', ')} ms of ${middle === undefined ? '' : `${middle.provider}/${middle.region}`}, there and back`, shape: 'ring' as const, colour: (t: { accent: string }) => t.accent }] : []),
        ],
        height: tall,
        draw: (t, width) => map(t, width, sites, report.users, trips, circles),
        note: `Round trips are those measured by the provider where it publishes them, and otherwise estimated: 9 ms and 14.5 ms for each 1,000 km, as the circles are.${unknown.length > 0 ? ` Where ${unknown.map((u) => `${u.provider}/${u.region}`).join(', ')} lies is not known.` : ''}`,
        table: {
          kind: 'table', title: 'Regions', columns,
          rows: spent.map((where) => [
            `${where.provider}/${where.region}`, sites.find((site) => site.provider === where.provider && site.region === where.region)?.location ?? 'unknown', where.workloads,
            { text: money(where.usd), value: where.usd },
            ...report.users.map((u) => {
              const trip = report.round_trips.find((known) => known.geography === u.geography && known.provider === where.provider && known.region === where.region);
              return trip ? { text: number(trip.milliseconds, 0), value: trip.milliseconds } : { text: 'unknown', value: null };
            }),
          ]),
        },
      });
    }
    if (all > 0) blocks.push(shares(report));
    return [{
      headline: (spent.length === 1 ? `All of it runs in ${first?.provider ?? ''}/${first?.region ?? ''}` : `It runs in ${spent.length} regions`)
        + (main && providers.length > 1 ? `; the largest provider, ${main[0]}, takes ${percent(main[1] / providers.reduce((sum, [, usd]) => sum + usd, 0))} of the new spending` : '')
        + (farthest ? `; the farthest users are ${number(farthest.milliseconds, 0)} ms away, there and back` : '') + '.',
      blocks,
    }];
  },
};
