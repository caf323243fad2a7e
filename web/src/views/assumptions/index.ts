import type { View } from '../../view.ts';

export const view: View = {
  id: 'assumptions',
  order: 120,
  title: 'Assumptions',
  part: 'What it rests on',
  findings: ({ plan }) => {
    if (plan.assumed.length === 0 && plan.not_yet_used.length === 0 && plan.own_offers_left_out.length === 0) return [];
    const nobody = plan.assumed.filter((line) => line.includes('nobody publishes')).length;
    const lines = plan.assumed.map((line) => {
      const colon = line.indexOf(': ');
      return colon < 0 ? { head: line, texts: [] } : { head: line.slice(0, colon), texts: [line.slice(colon + 2)] };
    });
    return [{
      headline: plan.assumed.length === 0 ? 'Nothing was assumed.' : `${plan.assumed.length} assumptions are in force${nobody > 0 ? `, ${nobody} of them about what can be had, which nobody publishes` : ''}.`,
      detail: 'Write the key into the scenario to say otherwise.',
      blocks: [
        { kind: 'lines', lines },
        ...(plan.own_offers_left_out.length === 0 ? [] : [{
          kind: 'table' as const, title: 'Your own offers that were no option', open: true, columns: [{ name: 'Offer' }, { name: 'Workload' }, { name: 'Why' }],
          rows: plan.own_offers_left_out.map((l) => [l.offer, l.workload, l.reason]),
        }]),
        ...(plan.not_yet_used.length === 0 ? [] : [{ kind: 'lines' as const, lines: [{ head: 'not yet used', texts: plan.not_yet_used }] }]),
      ],
    }];
  },
};
