import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { money, percent, shortMoney } from '../../format.ts';
import type { View } from '../../view.ts';

export const view: View = {
  id: 'limits',
  order: 70,
  title: 'What limits cost',
  findings: ({ plan }) => {
    const limits = [...plan.binding].sort((a, b) => b.worth - a.worth);
    const first = limits[0];
    if (!first) return [];
    return [{
      headline: `The costliest limit is ${first.limit} (${first.value}): it costs about ${money(first.worth)}, ${percent(first.worth / Math.max(1, plan.cost.present_value))} of the plan.`,
      detail: 'The difference of the best bounds with and without the limit, in today’s money. Limits that are not listed cost next to nothing.',
      blocks: [{
        kind: 'chart',
        title: 'What each limit costs, US dollars',
        says: 'What each binding limit costs. Figures are in the table below; arrow keys go through them.',
        height: 34 + limits.length * 40,
        steps: limits.length,
        option: (t, width) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => tip(limits[i]?.limit ?? '', [{ name: 'says', value: limits[i]?.value ?? '' }, { name: 'costs about', value: money(limits[i]?.worth ?? 0) }], 'The relaxation with the limit, less the one without it.')),
          grid: { left: 4, right: 84, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
          xAxis: values(t, shortMoney),
          yAxis: { ...categories(t, limits.map((l) => `${l.limit} (${l.value})`), { width: width < 560 ? 130 : 330, overflow: 'break', color: t.ink, interval: 0, hideOverlap: false }), inverse: true },
          series: [{
            type: 'bar', barMaxWidth: 20, data: limits.map((l) => l.worth), itemStyle: { color: t.accent },
            label: { show: true, position: 'right', color: t.ink, formatter: (p: { dataIndex: number }) => money(limits[p.dataIndex]?.worth ?? 0) },
          }],
        }),
        table: {
          kind: 'table', title: 'Binding limits', columns: [{ name: 'Limit' }, { name: 'Says' }, { name: 'Costs about', right: true }],
          rows: limits.map((l) => [l.limit, l.value, { text: money(l.worth), value: l.worth }]),
        },
      }],
    }];
  },
};
