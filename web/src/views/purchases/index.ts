import { money, number } from '../../format.ts';
import type { Plan, Purchase } from '../../report.ts';
import { kindName, label, merged, months } from '../../report.ts';
import type { Cell, View } from '../../view.ts';
import { calendar, tall } from './calendar.ts';

/** The months in which there is something, as the command line writes them: `2027-01…2027-09 (8)`. */
export function span(plan: Plan, purchase: Purchase): string {
  const labels = months(plan);
  const used = purchase.months.filter((m) => m.instances > 0).map((m) => m.month);
  const [first, last] = [used[0], used.at(-1)];
  if (first === undefined || last === undefined) return '';
  const text = first === last ? first : `${first}…${last}`;
  return labels.indexOf(last) - labels.indexOf(first) + 1 === used.length ? text : `${text} (${used.length})`;
}

function instances(purchase: Purchase): Cell {
  const counts = purchase.months.map((m) => m.instances).filter((n) => n > 0);
  if (counts.length === 0) return { text: '', value: 0 };
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (purchase.purchase_kind === 'tokens') return { text: `${number(most * 100, 0)} % of load`, value: most };
  return { text: least === most ? number(most) : `${number(least)}–${number(most)}`, value: most };
}

function howBought(purchase: Purchase): string {
  if (purchase.purchase_kind === 'owned') return 'owned';
  if (purchase.purchase_kind !== 'commitment') return kindName(purchase.purchase_kind);
  const term = purchase.term_months ?? 0;
  return term % 12 === 0 ? `commit ${term / 12} y` : `commit ${term} mo`;
}

export const view: View = {
  id: 'buy',
  order: 10,
  title: 'What to buy',
  part: 'The plan',
  findings: ({ plan }) => {
    if (plan.purchases.length === 0) return [];
    const purchases = merged(plan);
    const labels = months(plan);
    const offers = new Set(purchases.map((p) => `${p.offer} ${p.purchase_kind}`)).size;
    const providers = new Set(purchases.map((p) => p.provider)).size;
    const main = [...purchases].sort((a, b) => b.cost - a.cost)[0];
    return [{
      headline: `Use ${offers === 1 ? 'one offer' : `${offers} offers`} of ${providers === 1 ? 'one provider' : `${providers} providers`}`
        + (main && main.cost > 0 ? `; most of the money goes to ${main.offer} for ${main.workload}: ${money(main.cost)}.` : '.'),
      blocks: [{
        kind: 'drawing', title: 'When: instances in each month',
        says: 'What is there in which month: a line for each purchase, with the number of instances. Figures are in the table below.',
        height: (width) => tall(purchases, width), draw: (t, width) => calendar(t, width, plan, purchases),
        table: {
          kind: 'table', title: 'Most instances at a time, by month', columns: [{ name: 'Month' }, ...purchases.map((p) => ({ name: `${p.workload}: ${label(p)}`, right: true }))],
          rows: labels.map((month) => [month, ...purchases.map((p) => { const n = p.months.find((m) => m.month === month)?.instances ?? 0; return { text: number(n), value: n }; })]),
        },
      }, {
        kind: 'table', title: 'Purchases', open: true,
        columns: [
          { name: 'Workload' }, { name: 'Offer' }, { name: 'How' }, { name: 'Accelerators' }, { name: 'One instance does' }, { name: 'Months' },
          { name: 'Instances', right: true }, { name: 'Cost', right: true },
        ],
        rows: purchases.map((p) => [
          p.workload, p.offer, howBought(p), p.accelerator ? `${p.accelerator}:${number(p.accelerators_per_instance, 3)}` : '', p.configuration,
          span(plan, p), instances(p), { text: money(p.cost), value: p.cost },
        ]),
      }],
    }];
  },
};
