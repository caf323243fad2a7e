import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { money, percent, shortMoney } from '../../format.ts';
import type { Why } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import { colour } from '../../theme.ts';
import type { Chart, Finding, View } from '../../view.ts';

// A unit as it stands in a sentence.
const one = (unit: string): string => (unit === 'run' ? 'a run' : unit);

const costs = (unit: string): string => (unit.endsWith('s') ? 'cost' : 'costs');

interface Curve { readonly workload: string; readonly unit: string; readonly points: readonly ({ readonly usd: number; readonly hour: number | null } | null)[] }

function curves(why: Why): Curve[] {
  const named = new Map(why.loads.flatMap((l) => l.units).map((u) => [u.workload, u.unit]));
  return [...named].map(([workload, unit]) => ({
    workload, unit,
    points: why.loads.map((load) => {
      const found = load.units.find((u) => u.workload === workload);
      return found ? { usd: found.usd, hour: found.usd_per_accelerator_hour } : null;
    }),
  }));
}

function chart(why: Why, curve: Curve, shade: number): Chart {
  const loads = why.loads.map((l) => percent(l.load, 0));
  return {
    kind: 'chart', title: `${curve.workload}: US dollars for ${one(curve.unit)}, by load`, says: `What ${one(curve.unit)} of ${curve.workload} costs at other loads. Figures are in the table below; arrow keys go through the loads.`,
    height: 170, steps: loads.length,
    option: (t: Theme) => base(t, {
      tooltip: tooltip(t, 'axis', (i) => tip(`${loads[i] ?? ''} of the work`, [
        { name: curve.unit, value: curve.points[i] ? money(curve.points[i].usd) : 'no plan' },
        ...(curve.points[i]?.hour != null ? [{ name: 'accelerator-hour', value: money(curve.points[i].hour) }] : []),
        { name: 'in all', value: why.loads[i]?.total == null ? 'no plan' : money(why.loads[i].total) },
      ], 'Planned anew at this load.')),
      xAxis: categories(t, loads), yAxis: values(t, shortMoney, curve.points.map((p) => (p?.usd ?? 0) * 1.08), { marks: 3 }),
      series: [{ type: 'line', data: curve.points.map((p) => p?.usd ?? null), symbol: 'circle', symbolSize: 7, lineStyle: { color: colour(t, shade), width: 2.5 }, itemStyle: { color: colour(t, shade) }, label: { show: true, position: 'top', color: t.ink, formatter: (p: { dataIndex: number }) => money(curve.points[p.dataIndex]?.usd ?? 0) } }],
    }),
    table: {
      kind: 'table', title: `${curve.workload} at other loads`, columns: [{ name: 'Load' }, { name: `US dollars for ${one(curve.unit)}`, right: true }, { name: 'US dollars for an accelerator-hour', right: true }, { name: 'The whole plan', right: true }],
      rows: why.loads.map((l, i) => {
        const point = curve.points[i];
        return [{ text: loads[i] ?? '', value: l.load }, { text: point ? money(point.usd) : 'no plan', value: point?.usd ?? null }, { text: point?.hour == null ? '' : money(point.hour), value: point?.hour ?? null }, { text: l.total === null ? 'no plan' : money(l.total), value: l.total }];
      }),
    },
  };
}

function finding(why: Why): Finding[] {
  const all = curves(why);
  const steep = all.map((curve) => {
    const known = curve.points.flatMap((p, i) => (p ? [{ usd: p.usd, load: why.loads[i]?.load ?? 1 }] : []));
    return { curve, first: known[0], last: known.at(-1) };
  }).flatMap(({ curve, first, last }) => (first && last && first !== last && first.usd > 0 ? [{ curve, first, last, ratio: last.usd / first.usd }] : [])).sort((a, b) => Number(a.curve.unit === 'run') - Number(b.curve.unit === 'run') || Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))[0];
  if (!steep) return [];
  return [{
    headline: Math.abs(Math.log(steep.ratio)) < 0.01
      ? `What the work costs grows with the load, from ${percent(steep.first.load, 0)} to ${percent(steep.last.load, 0)} of it: ${one(steep.curve.unit)} of ${steep.curve.workload} ${costs(steep.curve.unit)} ${money(steep.last.usd)} throughout.`
      : `${steep.curve.workload}: ${one(steep.curve.unit)} ${costs(steep.curve.unit)} ${money(steep.first.usd)} at ${percent(steep.first.load, 0)} of the load and ${money(steep.last.usd)} at ${percent(steep.last.load, 0)}.`,
    blocks: all.map((curve, i) => chart(why, curve, i)),
  }];
}

export const view: View = { id: 'load', order: 86, title: 'Cost at other loads', part: 'Why this plan', findings: ({ plan }) => (plan.why ? finding(plan.why) : []) };
