import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { change, difference, money, percent, shortMoney } from '../../format.ts';
import type { Plan } from '../../report.ts';
import type { View } from '../../view.ts';
import { cheapestSimpler } from '../summary/index.ts';

const wayName = (name: string): string => (name === 'current' ? 'what runs today, kept' : name);

function headline(plan: Plan): string {
  const kept = cheapestSimpler(plan);
  const current = plan.baselines.find((b) => b.name === 'current')?.cost ?? null;
  const breaking = plan.baselines.filter((b) => b.cost !== null && b.breaks.length > 0);
  const cheaper = breaking.filter((b) => (b.cost ?? 0) < plan.cost.total);
  const parts = [];
  if (current !== null) parts.push(`Going on as today would cost ${money(current)}, ${current > plan.cost.total ? `${(current / plan.cost.total).toFixed(1)} times the plan` : 'less than the plan'}`);
  if (kept && kept.cost > plan.cost.total * 1.0005) parts.push(`${parts.length > 0 ? 'the' : 'The'} next best way within all limits, ${kept.name}, costs ${change((kept.cost - plan.cost.total) / plan.cost.total).replace('+', '')} more`);
  else if (kept) parts.push(`${parts.length > 0 ? 'the' : 'The'} plan is as cheap as the simplest way: ${kept.name}`);
  if (cheaper.length > 0) parts.push(`${parts.length > 0 ? 'only' : 'Only'} ways that break a limit are cheaper`);
  return parts.length > 0 ? `${parts.join('; ')}.` : 'No simpler way of buying can do the work within the limits.';
}

export const view: View = {
  id: 'baselines',
  order: 40,
  title: 'Against simpler ways',
  part: 'The plan',
  findings: ({ plan }) => {
    if (plan.baselines.length === 0) return [];
    const ways = [
      { name: 'this plan', detail: Object.entries(plan.cost.per_provider).filter(([, usd]) => usd > 0).sort((a, b) => b[1] - a[1]).map(([p, usd]) => `${p} ${money(usd)}`).join(', '), cost: plan.cost.total as number | null, breaks: [] as readonly string[] },
      ...plan.baselines,
    ];
    const priced = ways.flatMap((way) => (way.cost === null ? [] : [{ ...way, cost: way.cost }]));
    const says = (way: { name: string; breaks: readonly string[] }) => wayName(way.name) + (way.breaks.length > 0 ? ' *' : '');
    return [{
      headline: headline(plan),
      blocks: [{
        kind: 'chart',
        title: 'Total over the horizon, US dollars',
        says: 'The total of the plan and of simpler ways of buying. Figures are in the table below; arrow keys go through them.',
        height: 40 + priced.length * 38,
        steps: priced.length,
        legend: [
          { name: 'this plan', shape: 'box', colour: (t) => t.accent },
          { name: 'keeps every limit', shape: 'box', colour: (t) => t.bar },
          ...(priced.some((w) => w.breaks.length > 0) ? [{ name: '* breaks a limit of the scenario', shape: 'hatch' as const, colour: (t: { soft: string }) => t.soft }] : []),
        ],
        option: (t, width) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => {
            const way = priced[i];
            return tip(wayName(way?.name ?? ''), [
              { name: 'total', value: money(way?.cost ?? 0) },
              ...(i > 0 && way ? [{ name: 'against the plan', value: `${difference(way.cost - plan.cost.total)} (${change((way.cost - plan.cost.total) / plan.cost.total)})` }] : []),
              ...(way && way.breaks.length > 0 ? [{ name: 'breaks', value: way.breaks.join(', ') }] : []),
            ], way?.detail);
          }),
          grid: { left: 4, right: 84, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
          xAxis: values(t, shortMoney, priced.map((w) => w.cost)),
          yAxis: { ...categories(t, priced.map(says), { width: width < 560 ? 110 : 240, overflow: 'break', color: t.ink, interval: 0, hideOverlap: false }), inverse: true },
          series: [{
            type: 'bar', barMaxWidth: 20,
            label: { show: true, position: 'right', color: t.ink, fontFamily: "'Inter Variable', system-ui, sans-serif", formatter: (p: { dataIndex: number }) => money(priced[p.dataIndex]?.cost ?? 0) },
            data: priced.map((way, i) => ({
              value: way.cost,
              itemStyle: i === 0 ? { color: t.accent } : way.breaks.length > 0
                ? { color: 'transparent', borderColor: t.soft, borderWidth: 1.25, borderType: 'dashed' } : { color: t.bar },
            })),
          }],
        }),
        table: {
          kind: 'table', title: 'Ways of buying', open: true,
          columns: [{ name: 'Way of buying' }, { name: 'Which' }, { name: 'Total', right: true }, { name: 'Against the plan', right: true }, { name: 'Breaks' }],
          rows: ways.map((way, i) => [
            wayName(way.name), way.detail, { text: way.cost === null ? 'cannot be done' : money(way.cost), value: way.cost },
            i === 0 || way.cost === null ? { text: '', value: i === 0 ? 0 : null } : { text: `${difference(way.cost - plan.cost.total)} (${change((way.cost - plan.cost.total) / plan.cost.total)})`, value: way.cost - plan.cost.total },
            way.breaks.join(', '),
          ]),
        },
        note: plan.gap < 0.0005 ? 'The plan itself is proven to be the cheapest that keeps all limits.' : `The plan itself is proven to be within ${percent(plan.gap)} of the cheapest that keeps all limits.`,
      }],
    }];
  },
};
