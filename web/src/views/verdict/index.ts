import type { Evidence, Mend } from '../../evidence.ts';
import { between, broken, brokenFrom } from '../../evidence.ts';
import { change, count, money, number, percent } from '../../format.ts';
import type { Finding, View } from '../../view.ts';

function headline(evidence: Evidence): string {
  const { breaches, cost } = evidence.expected;
  const runs = evidence.seeds.length === 1 ? 'one run' : `${evidence.seeds.length} runs`;
  const [first] = breaches;
  if (!first) return `The plan holds: in ${runs} it keeps what it promises in every month, and is billed ${between(cost, money)}.`;
  const others = breaches.length === 1 ? '' : breaches.length === 2 ? ', and one more promise is broken' : `, and ${breaches.length - 1} more promises are broken`;
  return `The plan does not hold in ${runs}: ${brokenFrom(first)}${others}.`;
}

function hours(value: number): string {
  return value >= 72 ? `${number(value / 24, 1)} days` : `${number(value, 1)} h`;
}

function mending(mend: Mend, planned: number): Finding {
  const found = mend.additions.length > 0 || mend.measures.length > 0 || mend.holds;
  const measures = mend.measures.map((m) => `${m.text}${m.cost === undefined ? '' : ` (${m.cost < 0 ? '−' : '+'}${money(Math.abs(m.cost))})`}`);
  const lines = [
    { head: 'each costs', texts: mend.measures.some((m) => m.cost !== undefined) ? measures : [] },
    { head: 'more of', texts: mend.additions.filter((text) => text.includes(': +')) }, { head: 'less of', texts: mend.additions.filter((text) => text.includes(': -')) },
    { head: 'still broken', texts: mend.still_broken ?? [] },
    { head: 'what stops more', texts: !mend.holds && mend.obstacle ? [mend.obstacle] : [] },
    {
      head: 'a later deadline',
      texts: mend.later_deadlines.map((later) => `it holds if ${later.workload} has ${hours(later.within_hours)} instead of ${hours(later.instead_of_hours)}`),
    },
  ].filter((line) => line.texts.length > 0);
  const dearer = `${money(Math.abs(mend.cost))} ${mend.cost < 0 ? 'less' : 'more'}${planned > 0 ? ` (${change(mend.cost / planned)})` : ''}`;
  return {
    headline: found ? `Planned again ${mend.measures.length === 0 ? 'as the scenario says' : mend.measures.map((m) => m.text).join(' and ')}, it ${mend.holds ? 'holds' : 'comes closest and still does not hold'}, for ${dearer}.` : 'Nothing was found that mends it.',
    detail: found ? `The mended plan was played as well${mend.billed === undefined ? '' : `, and billed ${money(mend.billed)} on average`}. switchyard prove --mend saves it.` : '',
    blocks: lines.length === 0 ? [] : [{ kind: 'lines', lines }],
  };
}

function finding(evidence: Evidence): Finding {
  const runsOfJobs = evidence.expected.jobs.reduce((sum, job) => sum + job.runs, 0);
  const expected = evidence.expected;
  const over = expected.cost.mean === null ? 0 : (expected.cost.mean - expected.planned_cost) / Math.max(1, Math.abs(expected.planned_cost));
  const tight = expected.services.flatMap((s) => (s.headroom === undefined ? [] : [{ workload: s.workload, share: s.headroom, month: s.headroom_month ?? '' }])).sort((a, b) => a.share - b.share)[0];
  return {
    headline: headline(evidence),
    detail: 'A plan holds when the lower end of the 95% interval of each objective is at or above what is wanted in every month, every deadline’s promised share is met, no hard limit is broken, and the bill is within the plan’s interval.'
      // As many as are played unless fewer are asked for.
      + (evidence.seeds.length < 12 ? ` Only ${evidence.seeds.length === 1 ? 'one run was' : `${evidence.seeds.length} runs were`} played: more may change the verdict.` : ''),
    blocks: [
      {
        kind: 'facts', facts: [
          { name: 'Verdict', value: evidence.holds ? '✓ holds' : '✗ does not hold', tone: evidence.holds ? 'good' : 'bad', note: expected.breaches.length === 0 ? 'no breach' : expected.breaches.length === 1 ? 'one breach' : `${expected.breaches.length} breaches` },
          { name: 'Billed', value: expected.cost.mean === null ? 'unknown' : money(expected.cost.mean), note: Math.abs(over) < 0.0005 ? `as planned: ${money(expected.planned_cost)}` : `${change(over)} against the planned ${money(expected.planned_cost)}` },
          {
            name: 'Played', value: evidence.seeds.length === 1 ? 'one run' : `${evidence.seeds.length} runs`,
            note: `${[...(expected.requests_played > 0 ? [`${count(expected.requests_played)} requests`] : []), ...(runsOfJobs > 0 ? [`${count(runsOfJobs)} jobs`] : [])].join(' and ')}; each run has its own demand, faults and errors of prediction`,
          },
          ...(tight ? [{ name: 'Load could still grow by', value: percent(tight.share), note: `${tight.workload}, in ${tight.month}` }] : []),
          ...(expected.kilowatt_hours ? [{ name: 'Energy', value: `${number(expected.kilowatt_hours.mean ?? 0, 0)} kWh`, note: `95% interval: ${number(expected.kilowatt_hours.low ?? 0, 0)} to ${number(expected.kilowatt_hours.high ?? 0, 0)} kWh` }] : []),
          ...(expected.carbon_kilograms ? [{ name: 'Carbon', value: `${number(expected.carbon_kilograms.mean ?? 0, 0)} kg CO2e` }] : []),
        ],
      },
      ...(expected.breaches.length === 0 ? [] : [{
        kind: 'table' as const, title: 'What breaks, first in time first', open: true,
        columns: [{ name: 'What' }, { name: 'First on' }, { name: 'Months', right: true }, { name: 'By how much' }],
        // What is judged over all months together has no first moment.
        rows: expected.breaches.map((b) => [broken(b), b.months.length === 0 ? '–' : b.first, { text: b.months.length === 0 ? 'all together' : String(b.months.length), value: b.months.length }, b.detail]),
      }]),
      {
        kind: 'lines', folded: 'What the replay assumes, and its fingerprint',
        lines: [
          ...(evidence.notes.length === 0 ? [] : [{ head: 'noted', texts: evidence.notes }]), ...(evidence.assumed.length === 0 ? [] : [{ head: 'assumed', texts: evidence.assumed }]),
          { head: 'fingerprint of the runs', texts: [evidence.run_hash] },
        ],
      },
    ],
  };
}

export const view: View = {
  id: 'proof',
  order: 60,
  title: 'The proof',
  part: 'Does it hold?',
  findings: ({ evidence }) => evidence.flatMap((e) => [finding(e), ...(e.mend ? [mending(e.mend, e.expected.planned_cost)] : [])]),
};
