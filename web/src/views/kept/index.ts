import type { Case, KeptLimit } from '../../evidence.ts';
import { number, money, percent } from '../../format.ts';
import type { Finding, View } from '../../view.ts';

/** An amount in the unit of a limit. */
export function amount(value: number, unit: string): string {
  switch (unit) {
    case 'usd': return money(value);
    case 'share': return percent(value);
    case 'kw': return `${number(value, 1)} kW`;
    case 'kg_co2e': return `${number(value, 0)} kg CO2e`;
    case 'accelerator_hours': return `${number(value, 0)} accelerator-hours`;
    default: return `${number(value, 1)} ${unit.replaceAll('_', ' ')}`;
  }
}

// How much of its limit is used; at 1 it is reached.
function used({ bound, at_least: least, measured, worst }: KeptLimit): number {
  const at = worst ?? measured?.mean;
  if (bound === undefined || at === undefined || at === null) return 0;
  return least === true ? (at > 0 ? bound / at : Infinity) : bound > 0 ? at / bound : 0;
}

function headline(limits: readonly KeptLimit[]): string {
  const broken = limits.filter((l) => l.holds === false);
  const [first] = broken;
  if (first) return `${first.limit} (${first.value}) is broken${broken.length > 1 ? `, and ${broken.length - 1} more` : ''}: ${first.what}.`;
  const measured = limits.filter((l) => l.holds !== null);
  const tight = [...measured].sort((a, b) => used(b) - used(a))[0];
  const count = measured.length === 1 ? 'The one limit that was measured is kept' : `All ${measured.length} limits that were measured are kept`;
  return tight && used(tight) > 0 ? `${count}; closest is ${tight.limit} (${tight.value}), of which at most ${percent(used(tight), 0)} is used.` : `${count}.`;
}

function finding({ limits }: Case): Finding[] {
  if (!limits?.some((l) => l.holds !== null)) return [];
  const held = limits.flatMap((l) => (l.held_back ? [{ head: l.limit, texts: [`${number(l.held_back.times_a_run)} times a run something was not started because of it; first on ${l.held_back.first}: ${l.held_back.reason}`] }] : []));
  return [{
    headline: headline(limits),
    blocks: [
      {
        kind: 'table', title: 'Limits in force, and what was measured', open: true,
        columns: [{ name: 'Limit' }, { name: 'Says' }, { name: 'Mean over the runs', right: true }, { name: 'Worst run', right: true }, { name: 'Month' }, { name: 'Holds' }, { name: 'What was measured' }],
        rows: limits.map((l) => [
          l.limit, l.value,
          ...[l.measured?.mean, l.worst].map((v) => ({ text: v === undefined || v === null ? '–' : amount(v, l.unit ?? ''), value: v ?? null })),
          l.month ?? '–', l.holds === null ? 'not measured' : l.holds ? '✓ yes' : '✗ no', l.what,
        ]),
      },
      ...(held.length === 0 ? [] : [{ kind: 'lines' as const, lines: held }]),
    ],
  }];
}

export const view: View = { id: 'kept', order: 69, title: 'Limits kept', part: 'Does it hold?', findings: ({ evidence }) => evidence.flatMap((e) => finding(e.expected)) };
