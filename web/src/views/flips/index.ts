import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { change, money, percent, short } from '../../format.ts';
import type { Flip, Why } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import type { Block, Finding, View } from '../../view.ts';

/** How far something can move until the choice changes, nearest first. */
export interface Reach {
  readonly workload: string;
  readonly what: string;
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
    { what: `price of ${short(flip.winner, 34)}`, moves: `${flip.winner} gets dearer by`, factor: flip.winner_dearer, then: other },
    { what: `price of ${short(other, 34)}`, moves: `${other} gets cheaper by`, factor: flip.runner_up_cheaper, then: other },
    { what: 'more demand', moves: 'demand grows by', factor: flip.demand_up, then: flip.demand_up_to ?? other },
    { what: 'less demand', moves: 'demand falls by', factor: flip.demand_down, then: flip.demand_down_to ?? other },
  ].flatMap((r) => (r.factor === null ? [] : [{ workload: flip.workload, what: r.what, moves: r.moves, factor: r.factor, then: r.then }]));
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
  const limits = why.limits.filter((l) => l.price !== null || l.step_worth !== null);
  const blocks: Block[] = [];
  if (all.length > 0) {
    blocks.push({
      kind: 'chart', title: 'What must change for the choice to change', says: 'By how much each price or demand must move for the choice to change. Figures are in the table below; arrow keys go through them.',
      height: 36 + all.length * 32, steps: all.length,
      option: (t: Theme, width: number) => base(t, {
        tooltip: tooltip(t, 'axis', (i) => tip(`${all[i]?.workload ?? ''}: ${all[i]?.what ?? ''}`, [{ name: 'must change by', value: change((all[i]?.factor ?? 1) - 1) }, { name: 'then', value: all[i]?.then ?? '' }], 'Planned again with the change, to 1% of its factor.')),
        grid: { left: 40, right: 62, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        xAxis: values(t, (v) => percent(v, 0)),
        yAxis: { ...categories(t, all.map((r) => `${r.workload}: ${r.what}`)), inverse: true, axisLabel: { color: t.ink, width: width < 560 ? 130 : 380, overflow: 'truncate', interval: 0 }, axisLine: { onZero: false, lineStyle: { color: t.line } } },
        series: [{
          type: 'bar', barMaxWidth: 18, data: all.map((r) => ({ value: r.factor - 1, itemStyle: { color: r.factor > 1 ? t.accent : t.warn }, label: { position: r.factor > 1 ? 'right' : 'left' } })),
          label: { show: true, color: t.ink, formatter: (p: { dataIndex: number }) => change((all[p.dataIndex]?.factor ?? 1) - 1) },
        }],
      }),
      table: {
        kind: 'table', title: 'Changes that flip a choice', columns: [{ name: 'Workload' }, { name: 'What' }, { name: 'Must change by', right: true }, { name: 'Then it spends most on' }],
        rows: all.map((r) => [r.workload, r.what, { text: change(r.factor - 1), value: r.factor - 1 }, r.then]),
      },
    });
  }
  if (limits.length > 0) {
    blocks.push({
      kind: 'table', title: 'Limits, planned again without them and with one step more', open: true,
      columns: [{ name: 'Limit' }, { name: 'Says' }, { name: 'Costs', right: true }, { name: 'One step more' }, { name: 'Saves', right: true }],
      rows: limits.map((l) => [l.limit, l.value, { text: l.price === null ? '' : money(l.price), value: l.price }, l.step ?? '', { text: l.step_worth === null ? '' : money(l.step_worth), value: l.step_worth }]),
    });
  }
  return { headline: headline(why, all), detail: `Each line is a plan made anew with the change, searched to ${percent(why.tolerance)}: smaller differences may be the search’s. Tried up to four times and down to a quarter.`, blocks };
}

export const view: View = { id: 'flips', order: 65, title: 'What would change it', findings: ({ plan }) => (plan.why && (plan.why.flips.length > 0 || plan.why.limits.length > 0) ? [finding(plan.why)] : []) };
