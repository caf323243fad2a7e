import { number } from './format.ts';

/** What a proof found: the JSON of `switchyard prove`. Times are in seconds, money in US dollars. */
export interface Evidence {
  readonly schema: string;
  readonly scenario: string;
  readonly holds: boolean;
  readonly run_hash: string;
  readonly seeds: readonly number[];
  readonly expected: Case;
  readonly predictions_wrong_by_p90?: Case;
  readonly stress?: readonly Case[];
  readonly mend?: Mend;
  readonly notes: readonly string[];
  readonly assumed: readonly string[];
}

/** What the plan delivers under some circumstances. */
export interface Case {
  readonly case: string;
  readonly seeds: number;
  readonly requests_played: number;
  readonly breaches: readonly Breach[];
  readonly services: readonly Service[];
  readonly jobs: readonly Job[];
  readonly limits?: readonly KeptLimit[];
  readonly cost: Spread;
  readonly planned_cost: number;
  readonly cash_per_month: Readonly<Record<string, Spread>>;
  readonly accelerator_hours: Readonly<Record<string, Readonly<Record<string, Spread>>>>;
  readonly kilowatt_hours: Spread | null;
  readonly carbon_kilograms: Spread | null;
  readonly timeline: readonly { readonly at: string; readonly what: string }[];
}

/** A mean with its 95% interval; null where there is no number for it. */
export interface Spread {
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Breach {
  readonly what: string;
  readonly workload: string | null;
  readonly first: string;
  readonly months: readonly string[];
  readonly detail: string;
}

export interface Service {
  readonly workload: string;
  readonly requests: number;
  readonly ttft: Times;
  readonly tpot: Times;
  readonly e2e: Times;
  readonly failed: Spread;
  readonly headroom?: number;
  readonly headroom_month?: string;
  readonly objectives: readonly Objective[];
}

export interface Times {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Objective {
  readonly objective: string;
  readonly month: string;
  readonly limit: number;
  readonly wanted: number;
  readonly attained: Spread;
  readonly holds: boolean;
}

export interface Job {
  readonly workload: string;
  readonly runs: number;
  readonly done: number;
  readonly in_time: number;
  readonly promised: number;
  readonly hours: Spread;
  readonly wait_hours: Spread;
  readonly failures: number;
  readonly worst_slack_hours: number | null;
}

export interface Mend {
  readonly holds: boolean;
  readonly cost: number;
  readonly billed?: number;
  readonly measures: readonly { readonly workload: string; readonly text: string; readonly cost?: number }[];
  readonly additions: readonly string[];
  readonly obstacle?: string;
  readonly still_broken?: readonly string[];
  readonly later_deadlines: readonly { readonly workload: string; readonly within_hours: number; readonly instead_of_hours: number }[];
}

/** A limit in force, and what was measured of it; `holds` is null where nothing was. */
export interface KeptLimit {
  readonly limit: string;
  readonly value: string;
  readonly what: string;
  readonly holds: boolean | null;
  readonly unit?: string;
  readonly bound?: number;
  readonly at_least?: boolean;
  readonly measured?: Spread;
  readonly worst?: number;
  readonly month?: string | null;
  readonly held_back?: { readonly times_a_run: number; readonly first: string; readonly reason: string };
}

/** Everything that was played, as expected first. */
export function cases(evidence: Evidence): Case[] {
  return [evidence.expected, ...(evidence.predictions_wrong_by_p90 ? [evidence.predictions_wrong_by_p90] : []), ...(evidence.stress ?? [])];
}

/** A figure with its interval, such as `98.4% (97.7% to 99.2%)`. */
export function between(spread: Spread, format: (value: number) => string): string {
  const [mean, low, high] = [spread.mean, spread.low, spread.high].map((value) => (value === null ? 'unknown' : format(value)));
  return low === high || low === undefined || high === undefined ? mean ?? '' : `${mean ?? ''} (${low} to ${high})`;
}

/** A promise that is broken, as a clause: `chat misses TTFT p95 < 1000ms`, `train misses its deadline`. */
export function broken(breach: Breach): string {
  if (breach.what === 'cost') return 'the bill is above the plan’s';
  const [, workload, promise] = /^(.*): (.*)$/s.exec(breach.what) ?? [];
  if (workload === undefined || promise === undefined) return `${breach.what} is broken`;
  if (promise === 'deadline') return `${workload} misses its deadline`;
  return `${workload} misses ${promise.replace(/^(ttft|tpot|e2e)\b/, (objective) => objective.toUpperCase())}`;
}

/** A promise that is broken, and since when, or by how much where it is judged over all months together and so has no first moment. */
export function brokenFrom(breach: Breach): string {
  return breach.months.length === 0 ? `${broken(breach)} (${breach.detail})` : `${broken(breach)}, first on ${day(breach.first)}`;
}

/** The day of a moment written as `2027-01-06 14:20`. */
export function day(moment: string): string {
  return moment.slice(0, 10);
}

/** A time in the unit in which it is read: `43 ms`, `1.2 s`. */
export function time(seconds: number): string {
  return seconds < 1 ? `${number(seconds * 1000, seconds < 0.1 ? 1 : 0)} ms` : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}
