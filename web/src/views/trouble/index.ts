import { base, categories, monthLabel, tip, tooltip, values } from '../../chart.ts';
import type { Case } from '../../evidence.ts';
import { number } from '../../format.ts';
import type { Finding, View } from '../../view.ts';

const shown = 14;

function finding(given: Case): Finding[] {
  const [breach] = given.breaches;
  const [event] = given.timeline;
  if (!event) return [];
  // From the first breach on, or from the first thing that happened at all; times are text that sorts.
  const from = breach?.first ?? event.at;
  const at = given.timeline.findIndex((entry) => entry.at >= from.slice(0, 10));
  const first = at < 0 ? 0 : at;
  const part = given.timeline.slice(first, first + shown);
  const months = [...new Set(given.timeline.map((entry) => entry.at.slice(0, 7)))];
  const counts = months.map((month) => given.timeline.filter((entry) => entry.at.startsWith(month)).length);
  return [{
    headline: breach ? `Trouble begins on ${breach.first}: ${breach.what}.` : `Nothing breaks; the first thing to go wrong is on ${event.at}: ${event.what}.`,
    detail: `${breach ? `${breach.detail}. ` : ''}What happened in the first run${given.timeline.length >= 200 ? ', its first 200 events' : ''}.`,
    blocks: [
      { kind: 'lines', lines: part.map((entry) => ({ head: entry.at, text: entry.what })) },
      {
        kind: 'chart', title: 'Events by month', says: 'How many events there are in each month of the first run. They are in the table below; arrow keys go through the months.',
        height: 130, steps: months.length,
        option: (t) => base(t, {
          tooltip: tooltip(t, 'axis', (i) => tip(months[i] ?? '', [{ name: 'events', value: number(counts[i] ?? 0) }], 'The proof: its first run.')),
          xAxis: categories(t, months.map(monthLabel)), yAxis: values(t, (v) => number(v, 0), { minInterval: 1, splitNumber: 2 }),
          series: [{ type: 'bar', data: counts, barMaxWidth: 34, itemStyle: { color: t.warn } }],
        }),
        table: { kind: 'table', title: 'Events of the first run', columns: [{ name: 'At' }, { name: 'What' }], rows: given.timeline.map((entry) => [entry.at, entry.what]) },
      },
    ],
  }];
}

export const view: View = { id: 'trouble', order: 26, title: 'First trouble', findings: ({ evidence }) => evidence.flatMap((e) => finding(e.expected)) };
