import { base, categories, tip, tooltip, values } from '../../chart.ts';
import { money, number, shortMoney, short } from '../../format.ts';
import type { Consideration, Plan } from '../../report.ts';
import { label } from '../../report.ts';
import type { Finding, View } from '../../view.ts';

function finding(plan: Plan, considered: Consideration): Finding {
  const used = new Set(plan.purchases.filter((p) => p.workload === considered.workload).map(label));
  const best = considered.best[0];
  const left = considered.excluded.reduce((sum, e) => sum + e.count, 0);
  const first = best === undefined ? '' : used.has(best.source)
    ? `; the cheapest when fully used, ${best.source}, is in the plan`
    : `; the cheapest when fully used, ${best.source}, is not in the plan, which counts idle hours and limits too`;
  return {
    headline: `${considered.workload}: ${number(considered.options, 0)} options were weighed${first}.`,
    detail: `${considered.best.length === 0 ? '' : `Shown are the ${considered.best.length} cheapest by unit cost; `}${left.toLocaleString('en-US')} more offers were left out, each for a stated reason.`,
    blocks: [
      ...(considered.best.length === 0 ? [] : [{
        kind: 'chart' as const,
        title: `${considered.workload}: US dollars for ${best === undefined ? 'a unit of work' : best.unit === 'run' ? 'a run' : best.unit}, when fully used`,
        says: `Unit costs of the cheapest options for ${considered.workload}. Figures are in the table below; arrow keys go through them.`,
        height: 30 + considered.best.length * 26,
        steps: considered.best.length,
        legend: [...(considered.best.some((o) => used.has(o.source)) ? [{ name: 'in the plan', shape: 'box' as const, colour: (t: { accent: string }) => t.accent }] : []), { name: 'weighed', shape: 'box' as const, colour: (t: { bar: string }) => t.bar }],
        option: (t: Parameters<typeof base>[0], width: number) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => {
            const option = considered.best[i];
            return tip(option?.source ?? '', [
              { name: option?.accelerators ?? '', value: option?.configuration ?? '' }, { name: 'cost', value: `${money(option?.unit_cost ?? 0)}/${option?.unit ?? ''}` },
              { name: 'price of', value: option?.price_as_of ?? 'no date' },
            ], option?.price_source);
          }),
          grid: { left: 4, right: 84, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
          xAxis: values(t, shortMoney, considered.best.map((o) => o.unit_cost)),
          yAxis: {
            ...categories(t, considered.best.map((o) => short(o.source, width < 560 ? 22 : 52)), { color: t.ink, interval: 0, hideOverlap: false }), inverse: true,
          },
          series: [{
            type: 'bar', barMaxWidth: 14, data: considered.best.map((o) => ({ value: o.unit_cost, itemStyle: { color: used.has(o.source) ? t.accent : t.bar } })),
            label: { show: true, position: 'right', color: t.ink, formatter: (p: { dataIndex: number }) => money(considered.best[p.dataIndex]?.unit_cost ?? 0) },
          }],
        }),
        table: {
          kind: 'table' as const, title: `Options for ${considered.workload}`,
          columns: [{ name: 'In the plan' }, { name: 'Option' }, { name: 'Accelerators' }, { name: 'One instance does' }, { name: 'Unit cost, US dollars', right: true }, { name: 'Unit' }, { name: 'Price of' }, { name: 'Source of the price' }],
          rows: considered.best.map((o) => [
            used.has(o.source) ? '✓' : '', o.source, o.accelerators, o.configuration, { text: money(o.unit_cost), value: o.unit_cost }, o.unit,
            { text: o.price_as_of ?? 'no date', value: o.price_as_of }, o.price_source,
          ]),
        },
      }]),
      {
        kind: 'table' as const, title: `Left out for ${considered.workload}, by reason`,
        columns: [{ name: 'Offers', right: true }, { name: 'Limit' }, { name: 'Such as' }],
        rows: considered.excluded.map((e) => [{ text: e.count.toLocaleString('en-US'), value: e.count }, e.limit ?? 'cannot do the work', e.example]),
      },
    ],
  };
}

export const view: View = {
  id: 'weighed',
  order: 110,
  title: 'What was weighed',
  part: 'Why this plan',
  findings: ({ plan }) => plan.considered.map((considered) => finding(plan, considered)),
};
