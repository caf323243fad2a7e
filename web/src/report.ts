import type { Evidence } from './evidence.ts';

/** What the page is given: a plan, the evidence about it, and where its places lie. Written by `switchyard report`. */
export interface Report {
  readonly schema: 'switchyard.report/1';
  readonly version: string;
  readonly plan: Plan;
  readonly evidence: readonly Evidence[];
  readonly places: readonly Place[];
  readonly users: readonly UserPlace[];
  readonly round_trips: readonly RoundTrip[];
}

export interface Plan {
  readonly scenario: string;
  readonly start: string;
  readonly months: number;
  readonly prices_as_of: string;
  readonly cost: PlanCost;
  readonly bound: number;
  readonly gap: number;
  readonly purchases: readonly Purchase[];
  readonly demand: readonly Demand[];
  readonly baselines: readonly Baseline[];
  readonly limits?: readonly { readonly limit: string; readonly value: string }[];
  readonly binding: readonly Binding[];
  readonly alternatives: readonly Alternative[];
  readonly considered: readonly Consideration[];
  readonly use_first?: UseFirst | null;
  readonly why?: Why;
  readonly own_offers_left_out: readonly LeftOut[];
  readonly assumed: readonly string[];
  readonly not_yet_used: readonly string[];
}

export interface PlanCost {
  readonly total: number;
  readonly present_value: number;
  readonly after_horizon: number;
  readonly committed_earlier: number;
  readonly credits_used: number;
  readonly per_month: Readonly<Record<string, number>>;
  readonly amortised_per_month?: Readonly<Record<string, number>>;
  readonly present_value_per_month?: Readonly<Record<string, number>>;
  readonly per_workload: Readonly<Record<string, number>>;
  readonly per_purchase_kind: Readonly<Record<string, number>>;
  readonly per_provider: Readonly<Record<string, number>>;
}

export interface Purchase {
  readonly workload: string;
  readonly offer: string;
  readonly provider: string;
  readonly region: string;
  readonly purchase_kind: string;
  readonly accelerator: string | null;
  readonly accelerators_per_instance: number;
  readonly usd_per_hour: number;
  readonly term_months?: number;
  readonly configuration: string;
  readonly price_as_of: string | null;
  readonly price_source: string;
  readonly cost: number;
  readonly months: readonly PurchaseMonth[];
}

export interface PurchaseMonth {
  readonly month: string;
  readonly instances: number;
  readonly instance_hours: number;
  readonly cash: number;
}

export interface Demand {
  readonly workload: string;
  readonly kind: string;
  readonly model: string;
  readonly unit: string;
  readonly within_hours?: number;
  readonly objectives: Readonly<Record<string, string>>;
  readonly users: readonly { readonly geography: string; readonly share: number }[];
  readonly months: readonly { readonly month: string; readonly mean: number; readonly peak: number; readonly needed: number }[];
  readonly supply: readonly Supply[];
}

export interface Supply {
  readonly offer: string;
  readonly provider: string;
  readonly region: string;
  readonly purchase_kind: string;
  readonly capacity: readonly number[];
}

export interface Baseline {
  readonly name: string;
  readonly detail: string;
  readonly cost: number | null;
  readonly breaks: readonly string[];
}

export interface Binding {
  readonly limit: string;
  readonly value: string;
  readonly worth: number;
}

export interface Alternative {
  readonly workload: string;
  readonly winner: string;
  readonly runner_up: string | null;
  readonly gap: number | null;
  readonly gap_share: number | null;
}

export interface Consideration {
  readonly workload: string;
  readonly options: number;
  readonly best: readonly Option[];
  readonly excluded: readonly { readonly limit: string | null; readonly count: number; readonly example: string }[];
}

export interface Option {
  readonly source: string;
  readonly accelerators: string;
  readonly configuration: string;
  readonly unit_cost: number;
  readonly unit: string;
  readonly price_as_of: string | null;
  readonly price_source: string;
}

/** What better use of what is there frees, before anything is bought. */
export interface UseFirst {
  readonly month: string;
  readonly days_in_parallel: number;
  readonly today: number;
  readonly accelerator_hours: number;
  readonly saved: number;
  readonly migration: number;
  readonly steps: readonly { readonly step: string; readonly detail: string; readonly saved: number; readonly accelerator_hours_freed: number; readonly after: number; readonly migration: number }[];
  readonly held: readonly { readonly name: string; readonly accelerator: string; readonly accelerator_hours: number; readonly used: number; readonly idle_cost: number }[];
  readonly notes: readonly string[];
}

/** What was found by planning again: the price of limits, what flips the choice, cost over load. */
export interface Why {
  readonly tolerance: number;
  readonly limits: readonly { readonly limit: string; readonly value: string; readonly price: number | null; readonly step: string | null; readonly step_worth: number | null }[];
  readonly flips: readonly Flip[];
  readonly loads: readonly { readonly load: number; readonly total: number | null; readonly units: readonly { readonly workload: string; readonly unit: string; readonly usd: number; readonly usd_per_accelerator_hour: number | null }[] }[];
}

/** By what factor a price or a demand must change for the choice to change; null where no change that was tried does it. */
export interface Flip {
  readonly workload: string;
  readonly winner: string;
  readonly runner_up: string | null;
  readonly winner_dearer: number | null;
  readonly runner_up_cheaper: number | null;
  readonly demand_up: number | null;
  readonly demand_up_to: string | null;
  readonly demand_down: number | null;
  readonly demand_down_to: string | null;
}

export interface LeftOut {
  readonly offer: string;
  readonly workload: string;
  readonly limit: string | null;
  readonly reason: string;
}

export interface Place {
  readonly provider: string;
  readonly region: string;
  readonly location: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly carbon_g_per_kwh: number | null;
  readonly source: string;
}

export interface UserPlace {
  readonly geography: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface RoundTrip {
  readonly geography: string;
  readonly provider: string;
  readonly region: string;
  readonly milliseconds: number;
}

/** The label that plans show for an offer: its id with the way of buying. */
export function label(source: { readonly offer: string; readonly purchase_kind: string }): string {
  switch (source.purchase_kind) {
    case 'on_demand': return `${source.offer} on-demand`;
    case 'spot': return `${source.offer} spot`;
    default: return source.offer;
  }
}

/** Labels of the plan's months, such as 2027-01. */
export function months(plan: Plan): string[] {
  return Object.keys(plan.cost.per_month);
}

/** A stable order of everything bought from, so that an offer has the same colour in every chart. */
export function sources(plan: Plan): string[] {
  return [...new Set(plan.purchases.map(label))];
}

/** Ways of buying in the order in which they are shown, with their names for people. */
export const purchaseKinds: readonly (readonly [string, string])[] = [
  ['owned', 'owned or committed earlier'], ['commitment', 'commitment'], ['on_demand', 'on demand'], ['spot', 'spot'], ['tokens', 'by the token'], ['block', 'in blocks'],
];

/** Where a way of buying stands among them: what is held longest is below, as what is used first. */
export function rank(kind: string): number {
  const at = purchaseKinds.findIndex(([key]) => key === kind);
  return at < 0 ? purchaseKinds.length : at;
}

/** The most cash that may be paid in a month, where the scenario limits it; null where it does not. */
export function cashLimit(plan: Plan): number | null {
  const value = plan.limits?.find((l) => l.limit === 'limits.budget.cash')?.value;
  const found = value === undefined ? null : /^\$([\d,]+(?:\.\d+)?)\/month$/.exec(value);
  return found?.[1] === undefined ? null : Number(found[1].replaceAll(',', ''));
}

/** What is bought, an offer of a workload once, though it may stand in several columns of the plan, each for other users. */
export function merged(plan: Plan): Purchase[] {
  const groups = new Map<string, Purchase[]>();
  for (const p of plan.purchases) {
    const key = JSON.stringify([p.workload, label(p), p.purchase_kind]);
    groups.set(key, [...(groups.get(key) ?? []), p]);
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length === 1) return same;
    const labels = months(plan).filter((month) => same.some((p) => p.months.some((m) => m.month === month)));
    const sum = (month: string, of: (m: PurchaseMonth) => number) => same.flatMap((p) => p.months).filter((m) => m.month === month).reduce((all, m) => all + of(m), 0);
    return [{
      ...first, cost: same.reduce((all, p) => all + p.cost, 0), configuration: [...new Set(same.map((p) => p.configuration))].join('; '),
      months: labels.map((month) => ({ month, instances: sum(month, (m) => m.instances), instance_hours: sum(month, (m) => m.instance_hours), cash: sum(month, (m) => m.cash) })),
    }];
  });
}

/** The name of a way of buying for people. */
export function kindName(kind: string): string {
  return purchaseKinds.find(([key]) => key === kind)?.[1] ?? kind.replaceAll('_', ' ');
}
