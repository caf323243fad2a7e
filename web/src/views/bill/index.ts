import { base, monthAxis, tip, tooltip, values } from '../../chart.ts';
import type { Case } from '../../evidence.ts';
import { between } from '../../evidence.ts';
import { money, percent, shortMoney } from '../../format.ts';
import type { Plan } from '../../report.ts';
import type { Finding, View } from '../../view.ts';

function finding(plan: Plan, given: Case): Finding[] {
  const entries = Object.entries(given.cash_per_month);
  if (entries.length === 0 || given.cost.mean === null) return [];
  const labels = entries.map(([month]) => month);
  const [lows, highs] = [entries.map(([, s]) => s.low ?? 0), entries.map(([, s]) => s.high ?? 0)];
  const planned = labels.map((month) => plan.cost.per_month[month] ?? 0);
  const off = (given.cost.mean - given.planned_cost) / Math.max(1, Math.abs(given.planned_cost));
  return [{
    headline: `The bill is ${between(given.cost, money)}: ${Math.abs(off) < 0.001 ? 'what the plan says' : `${percent(Math.abs(off))} ${off < 0 ? 'below' : 'above'} the plan’s ${money(given.planned_cost)}`}.`,
    blocks: [{
      kind: 'chart', title: 'US dollars billed by month', says: 'Cash billed by month with its 95% interval, against the plan. Figures are in the table below; arrow keys go through the months.',
      height: 220, steps: labels.length,
      legend: [{ name: 'the plan', shape: 'box', colour: (t) => t.bar }, { name: 'billed, mean over the runs', shape: 'line', colour: (t) => t.accent }, { name: '95% interval', shape: 'band', colour: (t) => t.accent }],
      option: (t, width) => base(t, {
        tooltip: tooltip(t, 'axis', (i) => tip(labels[i] ?? '', [
          { name: 'billed', value: between(entries[i]?.[1] ?? { mean: null, low: null, high: null }, money) }, { name: 'planned', value: money(planned[i] ?? 0) },
        ], 'The proof: hours that ran, as they would be billed.')),
        xAxis: monthAxis(t, labels, width),
        yAxis: values(t, shortMoney, [...planned, ...highs]),
        series: [
          { name: 'planned', type: 'bar', data: planned, barMaxWidth: 56, itemStyle: { color: t.bar, opacity: 0.7 } },
          { name: 'low', type: 'line', stack: 'interval', stackStrategy: 'all', data: lows, symbol: 'none', lineStyle: { width: 0 } },
          { name: 'interval', type: 'line', stack: 'interval', stackStrategy: 'all', data: highs.map((high, i) => high - (lows[i] ?? 0)), symbol: 'none', lineStyle: { width: 0 }, areaStyle: { color: t.accent, opacity: 0.28 } },
          { name: 'billed', type: 'line', data: entries.map(([, s]) => s.mean), symbol: 'circle', symbolSize: 5, lineStyle: { color: t.accent, width: 2 }, itemStyle: { color: t.accent } },
        ],
      }),
      table: {
        kind: 'table', title: 'Bill by month, US dollars', columns: [{ name: 'Month' }, { name: 'Planned', right: true }, { name: 'Billed', right: true }, { name: 'Low', right: true }, { name: 'High', right: true }],
        rows: entries.map(([month, s], i) => [month, ...[planned[i] ?? 0, s.mean, s.low, s.high].map((usd) => ({ text: usd === null ? 'unknown' : money(usd), value: usd }))]),
      },
    }],
  }];
}

export const view: View = { id: 'bill', order: 68, title: 'The bill', part: 'Does it hold?', findings: ({ plan, evidence }) => evidence.flatMap((e) => finding(plan, e.expected)) };
