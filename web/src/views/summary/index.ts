import { change, days, difference, money, percent } from '../../format.ts';
import { brokenFrom } from '../../evidence.ts';
import type { Plan, Report } from '../../report.ts';
import { cashLimit, kindName } from '../../report.ts';
import type { View } from '../../view.ts';

/** The cheapest simpler way of buying that keeps every limit, if there is one. */
export function cheapestSimpler(plan: Plan): { name: string; cost: number } | undefined {
  return plan.baselines.flatMap((b) => (b.cost !== null && b.breaks.length === 0 && b.name !== 'current' ? [{ name: b.name, cost: b.cost }] : []))
    .sort((a, b) => a.cost - b.cost)[0];
}

function headline({ plan, evidence }: Report): string {
  const cost = costs(plan);
  const [first] = evidence;
  return first ? `${cost.replace(/\.$/, '')}. ${first.holds ? 'Replayed, it holds.' : 'Replayed, it does not hold.'}` : cost;
}

function costs(plan: Plan): string {
  const months = plan.months === 1 ? 'one month' : `${plan.months} months`;
  const simpler = cheapestSimpler(plan);
  const cost = `The work costs ${money(plan.cost.total)} over ${months}`;
  if (!simpler) return `${cost}; no simpler way of buying keeps all limits.`;
  const more = simpler.cost - plan.cost.total;
  if (Math.abs(more) < 0.005 * Math.abs(plan.cost.total)) return `${cost}, as much as the cheapest simpler way: ${simpler.name}.`;
  return more > 0
    ? `${cost}: ${money(more)} less than the cheapest simpler way that keeps all limits (${simpler.name}).`
    : `${cost}: in cash ${money(-more)} more than ${simpler.name}, and less in today’s money.`;
}

export const view: View = {
  id: 'summary',
  order: 0,
  title: 'In short',
  part: 'The plan',
  findings: (report) => {
    const { plan, evidence: [evidence] } = report;
    const cost = plan.cost;
    const limit = cashLimit(plan);
    const breach = evidence?.expected.breaches[0];
    const current = plan.baselines.find((b) => b.name === 'current')?.cost ?? null;
    const kinds = Object.entries(cost.per_purchase_kind).filter(([, usd]) => usd > 0).sort((a, b) => b[1] - a[1]);
    const all = kinds.reduce((sum, [, usd]) => sum + usd, 0);
    const dated = plan.purchases.flatMap((p) => (p.price_as_of ? [p.price_as_of] : [])).sort();
    const oldest = dated[0];
    const bill = Object.values(cost.per_month);
    return [{
      headline: headline(report),
      detail: `It is proven that no plan within the limits costs less than ${money(plan.bound)}${cost.present_value === cost.total ? '' : ' in today’s money'}: the plan is ${plan.gap < 0.0005 ? 'the cheapest there is' : `at most ${percent(plan.gap)} from the cheapest${cost.credits_used > 0 ? ', counted against what is spent before credits' : ''}`}.`,
      blocks: [{
        kind: 'facts',
        facts: [
          { name: 'Total', value: money(cost.total), note: cost.present_value === cost.total ? kinds.map(([kind, usd]) => `${percent(usd / all, 0)} ${kindName(kind)}`).join(', ') : `${money(cost.present_value)} in today’s money` },
          ...(evidence ? [{
            name: 'Replayed', value: evidence.holds ? '✓ holds' : '✗ does not hold', tone: evidence.holds ? 'good' as const : 'bad' as const,
            note: breach ? `${brokenFrom(breach)}${evidence.expected.breaches.length > 1 ? `; ${evidence.expected.breaches.length - 1} more` : ''}` : `in ${evidence.seeds.length} runs`,
          }] : []),
          { name: 'Paid in a month', value: `${money(Math.min(...bill))} to ${money(Math.max(...bill))}`, note: limit === null ? `${money(bill.reduce((a, b) => a + b, 0) / Math.max(1, bill.length))} on average` : `at most ${percent(Math.max(...bill) / limit, 0)} of the ${money(limit)} allowed` },
          ...(current !== null ? [{ name: 'What runs today, kept', value: money(current), note: `${difference(current - cost.total)} (${change((current - cost.total) / cost.total)})` }] : []),
          ...(cost.committed_earlier > 0 ? [{ name: 'Committed earlier', value: money(cost.committed_earlier), note: 'part of the total, whatever is decided' }] : []),
          ...(cost.credits_used > 0 ? [{ name: 'Paid by credits', value: money(cost.credits_used), note: 'taken off the total' }] : []),
          ...(cost.after_horizon > 0 ? [{ name: 'Still owed at the end', value: money(cost.after_horizon), note: 'part of the total' }] : []),
          ...(oldest ? [{ name: 'Oldest price', value: oldest, note: `${days(oldest, plan.prices_as_of)} days before the plan’s price date` }] : []),
        ],
      }],
    }];
  },
};
