import { base, monthAxis, tip, tooltip, values } from '../../chart.ts';
import type { Case, Job, Objective, Service } from '../../evidence.ts';
import { between, time } from '../../evidence.ts';
import { count, number, percent, shortPercent } from '../../format.ts';
import type { Chart, Finding, View } from '../../view.ts';

function chart(service: Service, name: string, months: readonly Objective[]): Chart {
  const wanted = months[0]?.wanted ?? 0;
  const lows = months.map((m) => m.attained.low ?? 0);
  const highs = months.map((m) => Math.min(1, m.attained.high ?? 0));
  const lowest = Math.min(wanted, ...lows);
  const apart = lowest >= 0.9 ? 0.02 : lowest >= 0.75 ? 0.05 : lowest >= 0.4 ? 0.1 : 0.25;
  const floor = Math.max(0, 1 - Math.ceil((1 - lowest) / apart + 0.3) * apart);
  return {
    kind: 'chart',
    title: `${service.workload}: share of requests with ${name.toUpperCase()} under ${time(months[0]?.limit ?? 0)}`,
    says: `${service.workload}: share of requests that meet ${name}, by month, with its 95% interval. Figures are in the table below; arrow keys go through the months.`,
    height: 200,
    steps: months.length,
    legend: [
      { name: 'mean over the runs', shape: 'line', colour: (t) => t.accent }, { name: '95% interval', shape: 'band', colour: (t) => t.accent },
      { name: `wanted: ${percent(wanted, 0)}`, shape: 'dash', colour: (t) => t.warn },
    ],
    option: (t, width) => base(t, {
      tooltip: tooltip(t, 'axis', (i) => {
        const m = months[i];
        return tip(m?.month ?? '', [
          { name: 'attained', value: percent(m?.attained.mean ?? 0, 2) }, { name: '95% interval', value: `${percent(lows[i] ?? 0, 2)} to ${percent(highs[i] ?? 0, 2)}` },
          { name: 'wanted', value: percent(wanted, 0) }, { name: '', value: m?.holds ? 'holds' : 'does not hold' },
        ], 'The proof: requests played through the controller.');
      }),
      xAxis: { ...monthAxis(t, months.map((m) => m.month), width), boundaryGap: months.length < 2 },
      yAxis: values(t, shortPercent, [], { min: floor, max: 1, least: apart, marks: 99 }),
      series: [
        { name: 'low', type: 'line', stack: 'interval', data: lows, symbol: 'none', lineStyle: { width: 0 } },
        { name: 'interval', type: 'line', stack: 'interval', stackStrategy: 'all', data: highs.map((high, i) => high - (lows[i] ?? 0)), symbol: 'none', lineStyle: { width: 0 }, areaStyle: { color: t.accent, opacity: 0.25 } },
        { name: 'attained', type: 'line', data: months.map((m) => m.attained.mean), symbol: 'circle', symbolSize: 6, lineStyle: { color: t.accent, width: 2 }, itemStyle: { color: t.accent } },
        { name: 'wanted', type: 'line', data: months.map(() => wanted), symbol: 'none', lineStyle: { color: t.warn, width: 1.5, type: 'dashed' } },
      ],
    }),
    table: {
      kind: 'table', title: `${service.workload}: share of requests that keep ${name.toUpperCase()}`,
      columns: [{ name: 'Month' }, { name: 'Attained', right: true }, { name: 'Low', right: true }, { name: 'High', right: true }, { name: 'Wanted', right: true }, { name: 'Holds' }],
      rows: months.map((m) => [m.month, ...[m.attained.mean, m.attained.low, m.attained.high, m.wanted].map((v) => ({ text: v === null ? 'unknown' : percent(v, 2), value: v })), m.holds ? 'yes' : 'no']),
    },
  };
}

function service(given: Service): Finding {
  const groups = [...new Set(given.objectives.map((o) => o.objective))].map((name) => ({ name, months: given.objectives.filter((o) => o.objective === name) }));
  const broken = groups.map((g) => ({ ...g, bad: g.months.filter((m) => !m.holds) })).filter((g) => g.bad.length > 0);
  const worst = given.objectives.reduce<Objective | undefined>((low, o) => (!low || (o.attained.low ?? 0) - o.wanted < (low.attained.low ?? 0) - low.wanted ? o : low), undefined);
  const headline = broken.length > 0
    ? `${given.workload} misses ${broken.map((g) => `${g.name.toUpperCase()} in ${g.bad.length} of ${g.months.length} months`).join(', and ')}; at worst ${percent(Math.min(...broken.flatMap((g) => g.bad.map((m) => m.attained.mean ?? 0))))} of requests are in time.`
    : worst
      ? `${given.workload} keeps its objectives in every month; at worst, in ${worst.month}, the interval of ${worst.objective.toUpperCase()} reaches down to ${percent(worst.attained.low ?? 0)} where ${percent(worst.wanted, 0)} is wanted.`
      : `${given.workload} has no latency objective; ${percent(1 - (given.failed.mean ?? 0), 2)} of its requests are answered.`;
  return {
    headline,
    detail: `${count(given.requests)} requests over the horizon; ${between(given.failed, (v) => percent(v, 3))} are not answered.`,
    blocks: [
      ...groups.map((g) => chart(given, g.name, g.months)),
      {
        kind: 'table', title: `${given.workload}: times over all requests`, columns: [{ name: 'Time' }, { name: 'Mean', right: true }, { name: 'p50', right: true }, { name: 'p95', right: true }, { name: 'p99', right: true }],
        rows: ([['time to first token', given.ttft], ['time per token after it', given.tpot], ['end to end', given.e2e]] as const)
          .map(([name, t]) => [name, ...[t.mean, t.p50, t.p95, t.p99].map((v) => ({ text: time(v), value: v }))]),
      },
    ],
  };
}

function jobs(all: readonly Job[]): Finding[] {
  const [worst] = [...all].sort((a, b) => a.in_time - a.promised - (b.in_time - b.promised));
  if (!worst) return [];
  const late = all.filter((j) => j.in_time < j.promised);
  return [{
    headline: late.length > 0
      ? `${late.map((j) => `${j.workload}: ${percent(j.in_time)} of its runs end in time, ${percent(j.promised, 0)} must`).join('; ')}.`
      : `All work with a deadline is done often enough in time; closest is ${worst.workload}: ${percent(worst.in_time)} of ${count(worst.runs)} runs, ${percent(worst.promised, 0)} must be.`,
    blocks: [{
      kind: 'table', title: 'Runs of training and batch work', open: true,
      columns: [{ name: 'Workload' }, { name: 'Runs', right: true }, { name: 'Done', right: true }, { name: 'In time', right: true }, { name: 'Promised', right: true }, { name: 'Hours', right: true }, { name: 'Waiting, hours', right: true }, { name: 'Interruptions a run', right: true }, { name: 'Worst slack, hours', right: true }],
      rows: all.map((j) => [
        j.workload, { text: count(j.runs), value: j.runs }, { text: count(j.done), value: j.done }, { text: percent(j.in_time), value: j.in_time }, { text: percent(j.promised, 0), value: j.promised },
        { text: between(j.hours, (v) => number(v, 1)), value: j.hours.mean }, { text: between(j.wait_hours, (v) => number(v, 1)), value: j.wait_hours.mean },
        { text: number(j.failures), value: j.failures }, { text: j.worst_slack_hours === null ? 'unknown' : number(j.worst_slack_hours, 1), value: j.worst_slack_hours },
      ]),
    }],
  }];
}

function findings({ services, jobs: all }: Case): Finding[] {
  return [...services.map(service), ...jobs(all)];
}

export const view: View = {
  id: 'attainment',
  order: 62,
  title: 'What is delivered',
  part: 'Does it hold?',
  findings: ({ evidence }) => evidence.flatMap((e) => findings(e.expected)),
};
