import { base, tip, tooltip } from '../../chart.ts';
import type { Breach, Case } from '../../evidence.ts';
import { broken, day } from '../../evidence.ts';
import { short } from '../../format.ts';
import type { Plan } from '../../report.ts';
import { months } from '../../report.ts';
import { colour } from '../../theme.ts';
import type { Cell, Chart, Finding, View } from '../../view.ts';

type Entry = Case['timeline'][number];

// How many events before and after the first breach are listed, and how many sorts of event are told apart.
const [before, after, sorts] = [7, 7, 7];

/** The sort of an event: what happened, without how many and to which run. */
export function sort(what: string): string {
  return what.replace(/^\d+ × /, '').replace(/^(.*)-\d+ (ends) [\d.]+ h (late)$/, '$1 $2 $3').replace(/^(.*)-\d+ (never ends)$/, '$1 $2');
}

const moment = (at: string): number => Date.parse(`${at.replace(' ', 'T')}:00Z`);

/** The events around a moment, in order. */
export function around(timeline: readonly Entry[], at: string): Entry[] {
  const next = timeline.findIndex((entry) => entry.at > at);
  const middle = next < 0 ? timeline.length : next;
  return timeline.slice(Math.max(0, middle - before), middle + after);
}

function chart(plan: Plan, timeline: readonly Entry[], breach: Breach | undefined): Chart {
  const counts = new Map<string, number>();
  for (const { what } of timeline) counts.set(sort(what), (counts.get(sort(what)) ?? 0) + 1);
  const names = [...counts].sort((a, b) => b[1] - a[1]).slice(0, sorts).map(([name]) => name);
  const others = counts.size > names.length;
  const rows = others ? [...names, 'something else'] : names;
  const row = (what: string) => { const at = names.indexOf(sort(what)); return at < 0 ? rows.length - 1 : at; };
  const labels = months(plan);
  const [from, to] = [Date.parse(`${labels[0] ?? plan.start}-01T00:00:00Z`), Date.UTC(Number(labels.at(-1)?.slice(0, 4)), Number(labels.at(-1)?.slice(5, 7)), 1)];
  return {
    kind: 'chart', title: 'What went wrong in the worst run, and when', says: 'When each sort of event happened in the run that missed most. All events are in the table below; arrow keys go through them.',
    height: 52 + rows.length * 30, steps: timeline.length,
    legend: [
      { name: 'an event', shape: 'dot', colour: (t) => t.warn }, ...(breach ? [{ name: `first breach, ${day(breach.first)}`, shape: 'dash' as const, colour: (t: { ink: string }) => t.ink }] : []),
    ],
    option: (t, width) => base(t, {
      useUTC: true,
      tooltip: { ...tooltip(t, 'item', (i) => tip(timeline[i]?.at ?? '', [{ name: timeline[i]?.what ?? '', value: '' }], 'The replay: the run that missed most.')), axisPointer: { type: 'none' } },
      grid: { left: 4, right: 18, top: 8, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: {
        type: 'time', min: from, max: to, axisLine: { lineStyle: { color: t.line } }, axisTick: { show: false }, splitLine: { show: true, lineStyle: { color: t.line } },
        axisLabel: { color: t.soft, hideOverlap: true, formatter: { year: '{yyyy}-{MM}', month: '{yyyy}-{MM}', day: '{MM}-{dd}' } },
      },
      yAxis: {
        type: 'category', inverse: true, data: rows.map((name) => `${short(name, width < 560 ? 20 : width < 760 ? 34 : 52)} (${counts.get(name) ?? timeline.length - names.reduce((sum, n) => sum + (counts.get(n) ?? 0), 0)})`),
        axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: t.ink, interval: 0 }, splitLine: { show: true, lineStyle: { color: t.line } },
      },
      series: [{
        type: 'scatter', symbolSize: 9, data: timeline.map((entry) => [moment(entry.at), row(entry.what)]), itemStyle: { color: t.warn, opacity: 0.65, borderColor: t.paper, borderWidth: 0.75 }, clip: false,
        ...(breach ? { markLine: { symbol: 'none', silent: true, lineStyle: { color: t.ink, width: 1.25, type: 'dashed' }, label: { show: false }, data: [{ xAxis: moment(breach.first) }] } } : {}),
        emphasis: { itemStyle: { color: colour(t, 5), opacity: 1 } },
      }],
    }),
    table: { kind: 'table', title: 'All events of the worst run', columns: [{ name: 'At' }, { name: 'What' }], rows: timeline.map((entry) => [entry.at, entry.what]) },
  };
}

function finding(plan: Plan, given: Case): Finding[] {
  // What is judged over all months together begins nowhere.
  const breach = given.breaches.find((b) => b.months.length > 0);
  const [event] = given.timeline;
  if (!event) return [];
  const at = breach?.first ?? event.at;
  const near: (Entry & { readonly breach?: boolean })[] = [...around(given.timeline, at)];
  if (breach) {
    const next = near.findIndex((entry) => entry.at > at);
    near.splice(next < 0 ? near.length : next, 0, { at, what: `${broken(breach)}: ${breach.detail}`, breach: true });
  }
  const cell = (text: string, mark: boolean): Cell => (mark ? { text, value: text, mark } : text);
  return [{
    headline: breach ? `Trouble begins on ${day(breach.first)}: ${broken(breach)}.` : `${given.breaches.length === 0 ? 'Nothing breaks' : 'No moment breaks anything'}; the first thing to go wrong is on ${day(event.at)}: ${event.what}.`,
    detail: `${breach ? 'The breach is the earliest of all runs; the events are those of the run that missed most' : 'The events are those of the run that missed most'}${given.timeline.length >= 200 ? ', of which the first 200 are kept' : ''}.`,
    blocks: [
      chart(plan, given.timeline, breach),
      {
        kind: 'table', title: breach ? 'Before and after the first breach' : 'The first events', open: true, columns: [{ name: 'At' }, { name: 'What' }],
        rows: near.map((entry) => [cell(entry.at, entry.breach === true), cell(entry.what, entry.breach === true)]),
      },
    ],
  }];
}

export const view: View = {
  id: 'trouble', order: 66, title: 'First trouble', part: 'Does it hold?',
  findings: ({ plan, evidence }) => evidence.flatMap((e) => finding(plan, e.expected)),
};
