import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { change, percent, short, shortPercent } from '../../format.ts';
import type { Flip, Why } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import type { Finding, View } from '../../view.ts';

/** How far something can move until the choice changes, nearest first. */
export interface Reach {
  readonly workload: string;
  readonly what: string;
  readonly of: 'price' | 'demand';
  /** How it moves, as a clause. */
  readonly moves: string;
  /** The factor at which the choice changes. */
  readonly factor: number;
  readonly then: string;
}

/** All the moves of a workload that change its choice. */
export function reaches(flip: Flip): Reach[] {
  const other = flip.runner_up ?? 'something else';
  return [
    { what: `price of ${short(flip.winner, 34)}`, of: 'price' as const, moves: `${flip.winner} gets dearer by`, factor: flip.winner_dearer, then: other },
    { what: `price of ${short(other, 34)}`, of: 'price' as const, moves: `${other} gets cheaper by`, factor: flip.runner_up_cheaper, then: other },
    { what: 'more demand', of: 'demand' as const, moves: 'demand grows by', factor: flip.demand_up, then: flip.demand_up_to ?? other },
    { what: 'less demand', of: 'demand' as const, moves: 'demand falls by', factor: flip.demand_down, then: flip.demand_down_to ?? other },
  ].flatMap((r) => (r.factor === null ? [] : [{ workload: flip.workload, what: r.what, of: r.of, moves: r.moves, factor: r.factor, then: r.then }]));
}

// A halving is as far as a doubling.
const distance = (reach: Reach): number => Math.abs(Math.log(reach.factor));

function headline(why: Why, all: readonly Reach[]): string {
  const [nearest] = all;
  if (!nearest) return why.flips.length === 0 ? 'No choice was tried.' : 'No price or demand between a quarter and four times today’s changes what is chosen.';
  return `The choice closest to changing is that for ${nearest.workload}: when ${nearest.moves} ${percent(Math.abs(nearest.factor - 1))}, most is spent on ${nearest.then}.`;
}

function finding(why: Why): Finding {
  const all = why.flips.flatMap(reaches).sort((a, b) => distance(a) - distance(b));
  return {
    headline: headline(why, all),
    detail: `Each line is a plan made anew with the change, searched to ${percent(why.tolerance)}: smaller differences may be the search’s. Tried up to four times and down to a quarter.`,
    blocks: all.length === 0 ? [] : [{
      kind: 'chart', title: 'What must change for the choice to change', says: 'By how much each price or demand must move for the choice to change. Figures are in the table below; arrow keys go through them.',
      height: (width) => 36 + all.length * (width < 560 ? 46 : 32), steps: all.length,
      legend: [
        ...(all.some((r) => r.of === 'price') ? [{ name: 'a price', shape: 'box' as const, colour: (t: Theme) => t.accent }] : []),
        ...(all.some((r) => r.of === 'demand') ? [{ name: 'a workload’s demand', shape: 'box' as const, colour: (t: Theme) => t.bar }] : []),
      ],
      option: (t: Theme, width: number) => base(t, {
        tooltip: tooltip(t, 'axis', (i) => tip(`${all[i]?.workload ?? ''}: ${all[i]?.what ?? ''}`, [{ name: 'must change by', value: change((all[i]?.factor ?? 1) - 1) }, { name: 'then', value: all[i]?.then ?? '' }], 'Planned again with the change, to 1% of its factor.')),
        grid: { left: 4, right: 62, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        // Room for the figures beside the bars.
        xAxis: values(t, shortPercent, all.map((r) => (r.factor - 1) * (width < 560 ? 1.6 : 1.1))),
        yAxis: { ...categories(t, all.map((r) => `${r.workload}: ${r.what}`)), inverse: true, axisLabel: { color: t.ink, width: width < 560 ? 124 : 380, overflow: 'break', interval: 0, lineHeight: 15 }, axisLine: { onZero: false, lineStyle: { color: t.line } } },
        series: [{
          type: 'bar', barMaxWidth: 18, data: all.map((r) => ({ value: r.factor - 1, itemStyle: { color: r.of === 'price' ? t.accent : t.bar }, label: { position: r.factor > 1 ? 'right' : 'left' } })),
          label: { show: true, color: t.ink, formatter: (p: { dataIndex: number }) => change((all[p.dataIndex]?.factor ?? 1) - 1) },
        }],
      }),
      table: {
        kind: 'table', title: 'Changes that flip a choice', columns: [{ name: 'Workload' }, { name: 'What' }, { name: 'Must change by', right: true }, { name: 'Then it spends most on' }],
        rows: all.map((r) => [r.workload, r.what, { text: change(r.factor - 1), value: r.factor - 1 }, r.then]),
      },
    }],
  };
}

export const view: View = { id: 'flips', order: 82, title: 'What would change it', part: 'Why this plan', findings: ({ plan }) => (plan.why && plan.why.flips.length > 0 ? [finding(plan.why)] : []) };
