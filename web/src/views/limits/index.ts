import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { money, percent, shortMoney } from '../../format.ts';
import type { Plan } from '../../report.ts';
import type { Cell, Column, View } from '../../view.ts';

/** What a limit costs: by the bounds of two relaxations, and by planning again where that was done. */
export interface LimitCost {
  readonly limit: string;
  readonly value: string;
  readonly bound: number | null;
  readonly again: number | null;
  readonly step: string | null;
  readonly saves: number | null;
}

/** All limits whose cost is known in one way or the other, the costliest first. */
export function limitCosts(plan: Plan): LimitCost[] {
  const again = plan.why?.limits ?? [];
  const names = [...new Set([...plan.binding.map((b) => b.limit), ...again.filter((l) => l.price !== null || l.step_worth !== null).map((l) => l.limit)])];
  return names.map((limit) => {
    const [bound, tried] = [plan.binding.find((b) => b.limit === limit), again.find((l) => l.limit === limit)];
    return { limit, value: tried?.value ?? bound?.value ?? '', bound: bound?.worth ?? null, again: tried?.price ?? null, step: tried?.step ?? null, saves: tried?.step_worth ?? null };
  }).sort((a, b) => most(b) - most(a));
}

const most = (cost: LimitCost): number => cost.again ?? cost.bound ?? 0;

function headline(plan: Plan, costs: readonly LimitCost[]): string {
  const [first] = costs;
  if (!first || most(first) < 0.005) return 'Planned again without each limit in turn, no cheaper plan was found: the limits cost next to nothing.';
  const share = `${percent(most(first) / Math.max(1, plan.cost.present_value))} of the plan`;
  return first.again === null
    ? `The costliest limit is ${first.limit} (${first.value}): it costs about ${money(most(first))}, ${share}.`
    : `The costliest limit is ${first.limit} (${first.value}): planned again without it, the work costs ${money(most(first))} less, ${share}.`;
}

const dollars = (usd: number | null): Cell => (usd === null ? { text: '–', value: null } : { text: money(usd), value: usd });

export const view: View = {
  id: 'limits',
  order: 84,
  title: 'What limits cost',
  part: 'Why this plan',
  findings: ({ plan }) => {
    const costs = limitCosts(plan);
    if (costs.length === 0) return [];
    const tried = costs.some((c) => c.again !== null || c.saves !== null);
    const shown = costs.filter((c) => most(c) > 0.005);
    const columns: Column[] = [{ name: 'Limit' }, { name: 'Says' }, { name: 'Costs about', right: true }, ...(tried ? [{ name: 'Planned again', right: true }, { name: 'One step more' }, { name: 'Saves', right: true }] : [])];
    const table = {
      kind: 'table' as const, title: 'Binding limits, US dollars', columns, open: tried || shown.length === 0,
      rows: costs.map((c) => [c.limit, c.value, dollars(c.bound), ...(tried ? [dollars(c.again), c.step ?? '–', dollars(c.saves)] : [])]),
    };
    return [{
      headline: headline(plan, costs),
      detail: 'About: the best bounds with and without the limit, in today’s money; a plan may not reach them. Limits that are not listed cost next to nothing.'
        + (tried ? ' Planned again: what a new search without the limit found; where it is less, the search found no plan that uses the freedom.' : ''),
      blocks: shown.length === 0 ? [table] : [{
        kind: 'chart',
        title: 'What each limit costs, US dollars',
        says: 'What each binding limit costs. Figures are in the table below; arrow keys go through them.',
        height: 34 + shown.length * 40,
        steps: shown.length,
        option: (t, width) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => tip(shown[i]?.limit ?? '', [
            { name: 'says', value: shown[i]?.value ?? '' },
            ...(shown[i]?.bound == null ? [] : [{ name: 'costs about', value: money(shown[i].bound) }]), ...(shown[i]?.again == null ? [] : [{ name: 'planned again', value: money(shown[i].again) }]),
          ], shown[i]?.again == null ? 'The relaxation with the limit, less the one without it.' : 'The plan, less the one that was found without the limit.')),
          grid: { left: 4, right: 84, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
          xAxis: values(t, shortMoney, shown.map(most)),
          yAxis: { ...categories(t, shown.map((l) => `${l.limit} (${l.value})`), { width: width < 560 ? 130 : 330, overflow: 'break', color: t.ink, interval: 0, hideOverlap: false }), inverse: true },
          series: [{
            type: 'bar', barMaxWidth: 20, data: shown.map(most), itemStyle: { color: t.accent },
            label: { show: true, position: 'right', color: t.ink, formatter: (p: { dataIndex: number }) => money(shown[p.dataIndex] === undefined ? 0 : most(shown[p.dataIndex] as LimitCost)) },
          }],
        }),
        table,
      }],
    }];
  },
};
