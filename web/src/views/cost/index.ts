import { base, marks, monthAxis, tip, tooltip, values } from '../../chart.ts';
import { money, percent, shortMoney } from '../../format.ts';
import type { Plan } from '../../report.ts';
import { cashLimit, months, purchaseKinds } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import { colour } from '../../theme.ts';
import type { View } from '../../view.ts';

interface Layer { readonly name: string; readonly shade: number; readonly usd: readonly number[] }

/**
 * Cash by month and way of buying. What the purchases do not explain is what was committed to earlier, above zero, and credits, below
 * it; where both fall into a month only their sum is known.
 */
export function layers(plan: Plan): Layer[] {
  const labels = months(plan);
  const cash = (kind: string) => labels.map((month) => plan.purchases.filter((p) => p.purchase_kind === kind)
    .flatMap((p) => p.months).filter((m) => m.month === month).reduce((sum, m) => sum + m.cash, 0));
  const kinds = purchaseKinds.map(([kind, name], shade) => ({ name: kind === 'owned' ? 'running what is owned' : name, shade, usd: cash(kind) }));
  const bought = labels.map((_, i) => kinds.reduce((sum, layer) => sum + (layer.usd[i] ?? 0), 0));
  const rest = labels.map((month, i) => Math.round(((plan.cost.per_month[month] ?? 0) - (bought[i] ?? 0)) * 1e4) / 1e4);
  return [
    { name: 'committed earlier', shade: 6, usd: rest.map((usd) => Math.max(0, usd)) },
    ...kinds,
    { name: 'credits', shade: 7, usd: rest.map((usd) => Math.min(0, usd)) },
  ].filter((layer) => layer.usd.some((usd) => Math.abs(usd) > 0.005));
}

function headline(plan: Plan): string {
  const entries = Object.entries(plan.cost.per_month);
  const dearest = [...entries].sort((a, b) => b[1] - a[1])[0];
  const free = entries.filter(([, usd]) => usd < 0.5);
  if (!dearest) return '';
  const total = entries.reduce((sum, [, usd]) => sum + usd, 0);
  const half = entries.reduce<{ sum: number; month?: string }>((at, [month, usd]) => at.month ? at : at.sum + usd >= total / 2 ? { sum: at.sum + usd, month } : { sum: at.sum + usd }, { sum: 0 });
  const credits = free.length > 0 && plan.cost.credits_used > 0 ? `; credits pay all of ${free.length === 1 ? free[0]?.[0] ?? '' : `${free.length} months`}` : '';
  return `The dearest month is ${dearest[0]} at ${money(dearest[1])}${credits}; half of the money is spent by the end of ${half.month ?? ''}.`;
}

export const view: View = {
  id: 'cost',
  order: 30,
  title: 'Cost by month',
  part: 'The plan',
  findings: ({ plan }) => {
    const labels = months(plan);
    const parts = layers(plan);
    const net = labels.map((month) => plan.cost.per_month[month] ?? 0);
    const other = (of: Readonly<Record<string, number>> | undefined) => labels.map((month, i) => of?.[month] ?? net[i] ?? 0);
    const [amortised, present] = [other(plan.cost.amortised_per_month), other(plan.cost.present_value_per_month)];
    const differs = (usd: readonly number[]) => usd.some((u, i) => Math.abs(u - (net[i] ?? 0)) > 0.005 * Math.max(1, Math.abs(net[i] ?? 0)));
    const [spread, discounted, offset] = [differs(amortised), differs(present), parts.some((part) => part.name === 'credits')];
    const tops = labels.map((_, i) => parts.reduce((sum, part) => sum + Math.max(0, part.usd[i] ?? 0), 0));
    const allowed = cashLimit(plan);
    // A limit far above would press everything else to the floor.
    const limit = allowed !== null && allowed <= 2.5 * Math.max(...tops) ? allowed : null;
    return [{
      headline: headline(plan),
      detail: [
        'Cash in the month in which it is paid.', ...(plan.cost.after_horizon > 0 ? [`${money(plan.cost.after_horizon)} falls due after the last month and is part of the total.`] : []),
        ...(spread ? ['Amortised, what is paid upfront is spread over the months that it is paid for.'] : []), ...(discounted ? ['In present value, later payments count for less.'] : []),
        ...(allowed !== null && limit === null ? [`The scenario allows ${money(allowed)} a month, far above.`] : []),
      ].join(' '),
      blocks: [{
        kind: 'chart',
        title: 'US dollars paid, by way of buying',
        says: 'Cash paid by month and way of buying. Figures are in the table below; arrow keys go through the months.',
        height: 280,
        steps: labels.length,
        legend: [
          ...parts.map((part) => ({ name: part.name, shape: part.name === 'credits' ? 'hatch' as const : 'box' as const, colour: (t: Theme) => (part.name === 'credits' ? t.soft : colour(t, part.shade)) })),
          ...(offset ? [{ name: 'paid in the month', shape: 'line' as const, colour: (t: Theme) => t.ink }] : []),
          ...(spread ? [{ name: 'amortised', shape: 'dash' as const, colour: (t: Theme) => t.ink }] : []),
          ...(limit === null ? [] : [{ name: `allowed: ${money(limit)} a month`, shape: 'dash' as const, colour: (t: Theme) => t.warn }]),
        ],
        option: (t, width) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => tip(labels[i] ?? '', [
            ...parts.filter((part) => Math.abs(part.usd[i] ?? 0) > 0.005).map((part) => ({ name: part.name, value: money(part.usd[i] ?? 0), colour: colour(t, part.shade) })),
            { name: 'paid', value: money(net[i] ?? 0) },
            ...(spread ? [{ name: 'amortised', value: money(amortised[i] ?? 0) }] : []), ...(discounted ? [{ name: 'present value', value: money(present[i] ?? 0) }] : []),
            { name: 'so far', value: money(net.slice(0, i + 1).reduce((a, b) => a + b, 0)) },
          ], 'The plan: prices times instance-hours, commitments when they are due.')),
          xAxis: monthAxis(t, labels, width),
          yAxis: values(t, shortMoney, [...tops, ...net, ...amortised, ...parts.flatMap((part) => part.usd), limit ?? 0]),
          series: [
            ...parts.map((part) => ({
              name: part.name, type: 'bar', stack: 'cash', data: part.usd.map((usd) => (Math.abs(usd) > 0.005 ? usd : '-')), barCategoryGap: '22%', barMaxWidth: 56,
              itemStyle: part.name === 'credits'
                ? { color: 'transparent', borderColor: t.soft, borderWidth: 1, borderType: 'dashed' }
                : { color: colour(t, part.shade), borderColor: t.paper, borderWidth: 0.5 },
            })),
            ...(offset ? [marks(t, 'paid in the month', net, t.ink)] : []),
            ...(spread ? [marks(t, 'amortised', amortised, t.ink, true)] : []),
            ...(limit === null ? [] : [{ name: 'allowed', type: 'line', data: labels.map(() => limit), symbol: 'none', silent: true, lineStyle: { color: t.warn, width: 1.5, type: 'dashed' } }]),
          ],
        }),
        table: {
          kind: 'table', title: 'Cash by month, US dollars',
          columns: [{ name: 'Month' }, ...parts.map((part) => ({ name: part.name, right: true })), { name: 'Cash when paid', right: true }, { name: 'Amortised', right: true }, { name: 'Present value', right: true }],
          rows: labels.map((month, i) => [month, ...[...parts.map((part) => part.usd[i] ?? 0), net[i] ?? 0, amortised[i] ?? 0, present[i] ?? 0].map((usd) => ({ text: money(usd), value: usd }))]),
        },
      }, {
        kind: 'table', title: 'Cost by workload, way of buying and provider, before credits',
        columns: [{ name: 'Of' }, { name: 'Which' }, { name: 'Cost', right: true }, { name: 'Share', right: true }],
        rows: ([['workload', plan.cost.per_workload], ['way of buying', plan.cost.per_purchase_kind], ['provider', plan.cost.per_provider]] as const)
          .flatMap(([of, amounts]) => {
            const sum = Object.values(amounts).reduce((a, b) => a + b, 0);
            return Object.entries(amounts).map(([key, usd]) => [of, key, { text: money(usd), value: usd }, { text: sum > 0 ? percent(usd / sum) : '', value: sum > 0 ? usd / sum : null }]);
          }),
      }],
    }];
  },
};
