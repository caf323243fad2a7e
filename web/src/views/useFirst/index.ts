import { money, number, percent } from '../../format.ts';
import type { UseFirst } from '../../report.ts';
import type { Block, View } from '../../view.ts';

function headline(first: UseFirst): string {
  const helping = first.steps.filter((step) => step.saved > 0);
  if (helping.length > 0) return `Before anything is bought, better use of what runs today frees ${money(first.saved)} of ${money(first.today)} in ${first.month}; moving costs ${money(first.migration)} once.`;
  const idle = first.held.reduce((sum, held) => sum + held.idle_cost, 0);
  if (first.held.length > 0) return idle > 0.5 ? `What is held already stands partly idle in the plan: ${money(idle)} a month.` : 'What is held already is used as far as it is paid for.';
  return 'Nothing that runs today can be used better.';
}

export const view: View = {
  id: 'use-first',
  order: 8,
  title: 'Use what is there first',
  part: 'The plan',
  findings: ({ plan }) => {
    const first = plan.use_first;
    if (!first || (first.steps.length === 0 && first.held.length === 0)) return [];
    const blocks: Block[] = [];
    if (first.steps.length > 0) {
      blocks.push({
        kind: 'table', title: `Steps, each after those before it, in ${first.month}`, open: true,
        columns: [{ name: 'Step' }, { name: 'What it means here' }, { name: 'Saves', right: true }, { name: 'Hours freed', right: true }, { name: 'Month after', right: true }, { name: 'Moving, once', right: true }],
        rows: first.steps.map((s) => [s.step, s.detail, { text: money(s.saved), value: s.saved }, { text: number(s.accelerator_hours_freed, 0), value: s.accelerator_hours_freed }, { text: money(s.after), value: s.after }, { text: money(s.migration), value: s.migration }]),
      });
    }
    if (first.held.length > 0) {
      blocks.push({
        kind: 'table', title: 'What is held, and how much of it the plan uses', open: true,
        columns: [{ name: 'Held' }, { name: 'Accelerator' }, { name: 'Accelerator-hours a month', right: true }, { name: 'Used', right: true }, { name: 'Idle, a month', right: true }],
        rows: first.held.map((h) => [h.name, h.accelerator, { text: number(h.accelerator_hours, 0), value: h.accelerator_hours }, { text: h.accelerator_hours > 0 ? percent(h.used / h.accelerator_hours) : '', value: h.used }, { text: money(h.idle_cost), value: h.idle_cost }]),
      });
    }
    if (first.notes.length > 0) blocks.push({ kind: 'lines', lines: [{ head: 'noted', texts: first.notes }] });
    return [{ headline: headline(first), ...(first.steps.length > 0 ? { detail: `Old and new run beside each other for ${first.days_in_parallel} days while a step is taken; people’s time is not counted.` } : {}), blocks }];
  },
};
