import { change, money } from '../../format.ts';
import type { Alternative } from '../../report.ts';
import type { View } from '../../view.ts';

function headline(alternatives: readonly Alternative[]): string {
  const alone = alternatives.find((a) => a.runner_up === null);
  if (alone) return `Without ${alone.winner} there is no plan for ${alone.workload} within the limits.`;
  const dearest = [...alternatives].sort((a, b) => (b.gap_share ?? 0) - (a.gap_share ?? 0))[0];
  return dearest ? `The choice that matters most is ${dearest.winner} for ${dearest.workload}: without it the plan costs ${money(dearest.gap ?? 0)} (${change(dearest.gap_share ?? 0)}) more.` : '';
}

export const view: View = {
  id: 'runner-up',
  order: 80,
  title: 'Runners-up',
  part: 'Why this plan',
  findings: ({ plan }) => {
    const chosen = plan.alternatives.filter((a) => a.winner !== 'nothing');
    if (chosen.length === 0) return [];
    return [{
      headline: headline(chosen),
      detail: 'For each workload, the best plan that does without the machine on which it spends most. A small gap means that the choice is close, and that a better price elsewhere would change it.',
      blocks: [{
        kind: 'table', title: 'Runner-up of each workload', open: true,
        columns: [{ name: 'Workload' }, { name: 'The plan spends most on' }, { name: 'Without it' }, { name: 'Dearer by', right: true }, { name: 'Share', right: true }],
        rows: chosen.map((a) => [
          a.workload, a.winner, a.runner_up ?? 'no plan within the limits',
          { text: a.gap === null ? '' : money(a.gap), value: a.gap }, { text: a.gap_share === null ? '' : change(a.gap_share), value: a.gap_share },
        ]),
      }],
    }];
  },
};
