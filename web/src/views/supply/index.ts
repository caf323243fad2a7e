import { base, marks, monthAxis, tip, tooltip, values, whiskers } from '../../chart.ts';
import { percent, quantity, short } from '../../format.ts';
import type { Demand, Plan } from '../../report.ts';
import { kindName, label, rank, sources } from '../../report.ts';
import { colour } from '../../theme.ts';
import type { Chart, Finding, View } from '../../view.ts';

interface Tight { readonly month: string; readonly spare: number }

/** The month with the least capacity to spare. */
export function tightest(demand: Demand): Tight | undefined {
  return demand.months.map((m, i) => {
    const capacity = demand.supply.reduce((sum, s) => sum + (s.capacity[i] ?? 0), 0);
    return { month: m.month, spare: m.needed > 0 ? capacity / m.needed - 1 : Infinity };
  }).sort((a, b) => a.spare - b.spare)[0];
}

function headline(demand: Demand): string {
  const [first, last] = [demand.months[0], demand.months.at(-1)];
  if (!first || !last) return demand.workload;
  if (demand.unit !== 'requests/s') {
    const total = demand.months.reduce((sum, m) => sum + m.needed, 0);
    return total === 1 ? `${demand.workload}: there is capacity for its one run.` : `${demand.workload}: there is capacity for all ${quantity(total)} ${demand.unit} in their months.`;
  }
  const tight = tightest(demand);
  const grows = last.peak > first.peak * 1.005 ? `The peak of ${demand.workload} grows from ${quantity(first.peak)} to ${quantity(last.peak)} requests a second`
    : `${demand.workload} peaks at ${quantity(Math.max(...demand.months.map((m) => m.peak)))} requests a second`;
  if (!tight || tight.spare === Infinity) return `${grows}.`;
  return tight.spare < 0.0005
    ? `${grows}; in the tightest month, ${tight.month}, capacity is exactly that peak with its headroom.`
    : `${grows}; in the tightest month, ${tight.month}, capacity is ${percent(tight.spare)} above that peak with its headroom.`;
}

function chart(plan: Plan, given: Demand): Chart {
  // What is held longest is at the bottom, as what is used first.
  const demand = { ...given, supply: [...given.supply].sort((a, b) => rank(a.purchase_kind) - rank(b.purchase_kind)) };
  const order = sources(plan);
  const labels = demand.months.map((m) => m.month);
  const service = demand.unit === 'requests/s';
  const shades = demand.supply.map((s) => order.indexOf(label(s)));
  const shade = (i: number) => shades[i] ?? 0;
  const total = (month: number) => demand.supply.reduce((sum, s) => sum + (s.capacity[month] ?? 0), 0);
  return {
    kind: 'chart',
    title: service ? `${demand.workload}: requests a second in the busiest hour` : `${demand.workload}: ${demand.unit} a month`,
    says: `${demand.workload}: what is bought, by offer and month, against demand. Figures are in the table below; arrow keys go through the months.`,
    height: service ? 300 : 200,
    steps: labels.length,
    legend: [
      ...demand.supply.map((s, i) => ({ name: `${short(s.offer)}, ${kindName(s.purchase_kind)}`, shape: 'box' as const, colour: (t: Parameters<typeof colour>[0]) => colour(t, shade(i)) })),
      ...(service
        ? [
          { name: 'demand: from its mean to its peak', shape: 'whisker' as const, colour: (t: Parameters<typeof colour>[0]) => t.ink },
          { name: 'needed: the peak with its headroom', shape: 'line' as const, colour: (t: Parameters<typeof colour>[0]) => t.ink },
        ]
        : [{ name: 'asked for', shape: 'line' as const, colour: (t: Parameters<typeof colour>[0]) => t.ink }]),
    ],
    option: (t, width) => base(t, {
      tooltip: tooltip(t, 'axis', (i) => {
        const m = demand.months[i];
        return tip(labels[i] ?? '', [
          ...demand.supply.map((s, n) => ({ name: short(s.offer), value: `${quantity(s.capacity[i] ?? 0)} ${demand.unit}`, colour: colour(t, shade(n)), capacity: s.capacity[i] ?? 0 })).filter((row) => row.capacity > 0),
          { name: 'in all', value: `${quantity(total(i))} ${demand.unit}` },
          ...(service ? [{ name: 'needed, with headroom', value: `${quantity(m?.needed ?? 0)} ${demand.unit}` }] : []),
          { name: service ? 'peak' : 'asked for', value: `${quantity(m?.peak ?? 0)} ${demand.unit}` },
          ...(service ? [{ name: 'mean', value: `${quantity(m?.mean ?? 0)} ${demand.unit}` }] : []),
        ], 'Demand: the scenario. Capacity: predicted within the service level.');
      }),
      xAxis: monthAxis(t, labels, width),
      yAxis: values(t, (v) => quantity(v), [...labels.map((_, i) => total(i)), ...demand.months.map((m) => m.needed)], service ? {} : { least: 1 }),
      series: [
        ...demand.supply.map((s, i) => ({
          name: s.offer, type: 'bar', stack: 'supply', data: s.capacity, barCategoryGap: '22%', barMaxWidth: 56,
          itemStyle: { color: colour(t, shade(i)), borderColor: t.paper, borderWidth: 0.5 },
        })),
        ...(service ? [whiskers(t, 'demand', demand.months.map((m) => m.mean), demand.months.map((m) => m.peak), t.ink)] : []),
        marks(t, 'needed', demand.months.map((m) => m.needed), t.ink),
      ],
    }),
    table: {
      kind: 'table',
      title: `Demand and capacity of ${demand.workload}, ${demand.unit}`,
      columns: [
        { name: 'Month' }, ...(service ? [{ name: 'Mean', right: true }, { name: 'Peak', right: true }] : []), { name: 'Needed', right: true }, { name: 'Capacity', right: true },
        ...demand.supply.map((s) => ({ name: `${s.offer} ${kindName(s.purchase_kind)}`, right: true })),
      ],
      rows: demand.months.map((m, i) => [
        m.month, ...(service ? [{ text: quantity(m.mean), value: m.mean }, { text: quantity(m.peak), value: m.peak }] : []),
        { text: quantity(m.needed), value: m.needed }, { text: quantity(total(i)), value: total(i) },
        ...demand.supply.map((s) => ({ text: quantity(s.capacity[i] ?? 0), value: s.capacity[i] ?? 0 })),
      ]),
    },
  };
}

export const view: View = {
  id: 'supply',
  order: 20,
  title: 'Supply and demand',
  part: 'The plan',
  findings: ({ plan }) => plan.demand.filter((d) => d.supply.length > 0).map((demand): Finding => {
    const objectives = Object.entries(demand.objectives).map(([name, text]) => `${name.toUpperCase()} ${text}`).join(', ');
    return {
      headline: headline(demand),
      detail: demand.kind === 'inference'
        ? `${demand.model}${objectives ? `, each answer within ${objectives}` : ''}${demand.users.length > 0 ? `; users in ${demand.users.map((u) => `${u.geography} (${percent(u.share, 0)})`).join(', ')}` : ''}.`
        : `${demand.model}, each within ${quantity(demand.within_hours ?? 0)} hours.`,
      blocks: [chart(plan, demand)],
    };
  }),
};
