import { base, categories, tip, tooltip, values } from '../../chart.ts';
import type { Case, Spread } from '../../evidence.ts';
import { between } from '../../evidence.ts';
import { count, number, percent, quantity, shortPercent } from '../../format.ts';
import type { Theme } from '../../theme.ts';
import { colour } from '../../theme.ts';
import type { Finding, View } from '../../view.ts';

// In the order in which they are stacked, with what they are for people and their colour.
const states: readonly (readonly [string, string, number])[] = [
  ['useful', 'useful', 2], ['idle', 'idle: ready, with nothing to do', 6], ['starting', 'starting', 4], ['waiting', 'waiting for the gang', 1], ['checkpoint', 'writing checkpoints', 0],
  ['restart', 'coming back', 3], ['lost', 'undone by a failure', 5], ['down', 'paid for and away', 8],
];

function finding({ accelerator_hours: hours }: Case): Finding[] {
  const workloads = Object.entries(hours);
  const of = (state: string) => workloads.map(([, all]) => all[state]?.mean ?? 0);
  const sums = workloads.map(([, all]) => Object.values(all).reduce((sum, s) => sum + (s.mean ?? 0), 0));
  const total = sums.reduce((a, b) => a + b, 0);
  if (total <= 0) return [];
  const all = states.map(([state, name, shade]) => ({ state, name, shade, hours: of(state).reduce((a, b) => a + b, 0) })).filter((s) => s.hours > 0);
  const useful = all.find((s) => s.state === 'useful')?.hours ?? 0;
  const rest = all.filter((s) => s.state !== 'useful').sort((a, b) => b.hours - a.hours);
  return [{
    headline: `${percent(useful / total)} of ${count(total)} accelerator-hours do useful work${rest[0] ? `; most of the rest, ${percent(rest[0].hours / total)}, is ${rest[0].name.split(': ')[0] ?? ''}` : ''}.`,
    blocks: [{
      kind: 'chart', title: 'Accelerator-hours by state', says: 'Share of accelerator-hours in each state, by workload. Figures are in the table below; arrow keys go through the workloads.',
      height: 46 + workloads.length * 44, steps: workloads.length,
      legend: all.map((s) => ({ name: s.name, shape: 'box' as const, colour: (t: Theme) => colour(t, s.shade) })),
      option: (t, width) => base(t, {
        tooltip: tooltip(t, 'axis', (i) => tip(workloads[i]?.[0] ?? '', all.map((s) => ({ name: s.name, value: `${count(of(s.state)[i] ?? 0)} h (${percent((of(s.state)[i] ?? 0) / Math.max(1e-9, sums[i] ?? 0))})`, colour: colour(t, s.shade) })), 'The proof: mean over its runs.')),
        xAxis: values(t, shortPercent, [], { max: 1 }),
        yAxis: { ...categories(t, workloads.map(([name], i) => `${name}\n${quantity(sums[i] ?? 0)} h`), { color: t.ink, width: width < 560 ? 100 : 200, overflow: 'break', interval: 0, hideOverlap: false }), inverse: true },
        series: all.map((s) => ({ name: s.name, type: 'bar', stack: 'hours', barMaxWidth: 24, data: of(s.state).map((h, i) => h / Math.max(1e-9, sums[i] ?? 0)), itemStyle: { color: colour(t, s.shade), borderColor: t.paper, borderWidth: 0.5 } })),
      }),
      table: {
        kind: 'table', title: 'Accelerator-hours by workload and state', columns: [{ name: 'Workload' }, { name: 'State' }, { name: 'Hours', right: true }, { name: 'With its 95% interval', right: true }],
        rows: workloads.flatMap(([name, spreads]) => states.flatMap(([state, words]) => {
          const spread: Spread | undefined = spreads[state];
          return spread ? [[name, words, { text: number(spread.mean ?? 0, 1), value: spread.mean }, { text: between(spread, (v) => number(v, 1)), value: spread.mean }]] : [];
        })),
      },
    }],
  }];
}

export const view: View = { id: 'hours', order: 64, title: 'Accelerator-hours', part: 'Does it hold?', findings: ({ evidence }) => evidence.flatMap((e) => finding(e.expected)) };
