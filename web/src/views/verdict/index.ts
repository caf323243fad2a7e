import type { Evidence } from '../../evidence.ts';
import { between } from '../../evidence.ts';
import { change, count, money, number, percent } from '../../format.ts';
import type { Finding, View } from '../../view.ts';

function headline(evidence: Evidence): string {
  const { breaches, cost } = evidence.expected;
  const runs = evidence.seeds.length === 1 ? 'one run' : `${evidence.seeds.length} runs`;
  const [first] = breaches;
  if (!first) return `The plan holds: in ${runs} it keeps what it promises in every month, and is billed ${between(cost, money)}.`;
  const others = breaches.length > 1 ? `, and ${breaches.length - 1} more` : '';
  return `The plan does not hold in ${runs}. First to break, on ${first.first}: ${first.what}${others}.`;
}

function finding(evidence: Evidence): Finding {
  const expected = evidence.expected;
  const over = expected.cost.mean === null ? 0 : (expected.cost.mean - expected.planned_cost) / Math.max(1, Math.abs(expected.planned_cost));
  const tight = expected.services.flatMap((s) => (s.headroom === undefined ? [] : [{ workload: s.workload, share: s.headroom, month: s.headroom_month ?? '' }])).sort((a, b) => a.share - b.share)[0];
  return {
    headline: headline(evidence),
    detail: 'A plan holds when the lower end of the 95% interval of each objective is at or above what is wanted in every month, every deadline’s promised share is met, no hard limit is broken, and the bill is within the plan’s interval.',
    blocks: [
      {
        kind: 'facts', facts: [
          { name: 'Verdict', value: evidence.holds ? 'holds' : 'does not hold', note: expected.breaches.length === 0 ? 'no breach' : expected.breaches.length === 1 ? 'one breach' : `${expected.breaches.length} breaches` },
          { name: 'Billed', value: expected.cost.mean === null ? 'unknown' : money(expected.cost.mean), note: `${change(over)} against the planned ${money(expected.planned_cost)}` },
          { name: 'Played', value: `${count(expected.requests_played)} requests`, note: `${evidence.seeds.length} seeds, each with its own demand, faults and errors` },
          ...(tight ? [{ name: 'Load could still grow by', value: percent(tight.share), note: `${tight.workload}, in ${tight.month}` }] : []),
          ...(expected.kilowatt_hours ? [{ name: 'Energy', value: `${number(expected.kilowatt_hours.mean ?? 0, 0)} kWh`, note: between(expected.kilowatt_hours, (v) => number(v, 0)) }] : []),
          ...(expected.carbon_kilograms ? [{ name: 'Carbon', value: `${number(expected.carbon_kilograms.mean ?? 0, 0)} kg CO2e` }] : []),
        ],
      },
      ...(expected.breaches.length === 0 ? [] : [{
        kind: 'table' as const, title: 'What breaks, first in time first', open: true,
        columns: [{ name: 'What' }, { name: 'First on' }, { name: 'Months', right: true }, { name: 'By how much' }],
        rows: expected.breaches.map((b) => [b.what, b.first, { text: String(b.months.length), value: b.months.length }, b.detail]),
      }]),
      ...(evidence.mend ? [{
        kind: 'lines' as const,
        lines: [
          { head: evidence.mend.holds ? 'What would mend it' : 'What helps, and is not enough', text: `${money(evidence.mend.cost)} more than the plan was billed, with margins of capacity: ${Object.entries(evidence.mend.margins).map(([w, m]) => `${w} ${percent(m, 0)}`).join(', ')}` },
          ...evidence.mend.additions.map((text) => ({ head: '', text })),
        ],
      }] : []),
      ...(evidence.notes.length === 0 ? [] : [{ kind: 'lines' as const, lines: evidence.notes.map((text, i) => ({ head: i === 0 ? 'noted' : '', text })) }]),
      { kind: 'lines', lines: [...evidence.assumed.map((text, i) => ({ head: i === 0 ? 'assumed' : '', text })), { head: 'fingerprint of the runs', text: evidence.run_hash }] },
    ],
  };
}

export const view: View = {
  id: 'proof',
  order: 5,
  title: 'The proof',
  findings: ({ evidence }) => evidence.map(finding),
};
