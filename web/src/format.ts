/**
 * Numbers as the command line prints them: English separators, dollars with cents below $1,000, percentages with a stated
 * number of decimals. Halves are rounded away from zero, as .NET does.
 */

function fixed(value: number, least: number, most: number, group: boolean): string {
  // The figures come as decimals: what is a half there must not be a bit less here.
  const scaled = Math.abs(value) * 10 ** most;
  const rounded = Math.floor(scaled + 0.5 + scaled * 1e-14 + 1e-9) / 10 ** most;
  return rounded.toLocaleString('en-US', { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: group });
}

/** US dollars: `$479,179`, `$631.03`, `$0.0142`, `-$218.24`. */
export function money(usd: number): string {
  const magnitude = Math.abs(usd);
  const text = magnitude === 0 ? '0' : magnitude >= 1000 ? fixed(magnitude, 0, 0, true) : magnitude >= 1 ? fixed(magnitude, 2, 2, false) : fixed(magnitude, 2, 4, false);
  return `${usd < 0 ? '-' : ''}$${text}`;
}

/** The decimals that numbers need which are so far apart: 0 for 5, 2 for 0.25. */
export function decimals(step: number): number {
  for (let d = 0; d < 8; d++) if (Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6) return d;
  return 8;
}

/** US dollars for an axis whose marks are so far apart: `$0`, `$450`, `$12k`, `$1.5M`, `$0.005`. */
export function shortMoney(usd: number, step = usd): string {
  const magnitude = Math.abs(usd);
  const sign = usd < 0 ? '-' : '';
  for (const [size, suffix] of [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']] as const)
    if (magnitude >= size) return `${sign}$${fixed(magnitude / size, 0, Math.min(3, decimals(step / size)), false)}${suffix}`;
  return `${magnitude === 0 ? '' : sign}$${fixed(magnitude, 0, Math.min(6, decimals(step)), false)}`;
}

/** A share for an axis whose marks are so far apart. */
export function shortPercent(share: number, step = 0.01): string {
  return percent(Math.abs(share) < 1e-12 ? 0 : share, Math.min(3, decimals(step * 100)));
}

/** A difference with its sign: `+$20,492`. */
export function difference(usd: number): string {
  return `${usd >= 0 ? '+' : ''}${money(usd)}`;
}

/** A share as a percentage: `4.3%`. */
export function percent(share: number, decimals = 1): string {
  return `${share < 0 ? '-' : ''}${fixed(share * 100, decimals, decimals, true)}%`;
}

/** A share as a change: `+4.3%`, `0%`. */
export function change(share: number): string {
  const text = percent(share);
  return /^-?0\.0%$/.test(text) ? '0%' : share > 0 ? `+${text}` : text;
}

/** A number with at most so many decimals: `1,234.5`. */
export function number(value: number, decimals = 2): string {
  return `${value < 0 ? '-' : ''}${fixed(value, 0, decimals, true)}`;
}

/** A count in short: `215.35k`, `60M`. */
export function count(value: number): string {
  for (const [size, suffix] of [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e4, 'k']] as const)
    if (Math.abs(value) >= size) return `${number(value / (suffix === 'k' ? 1e3 : size))}${suffix}`;
  return number(value);
}

/** A quantity with three significant digits or whole: for capacities and loads. */
export function quantity(value: number): string {
  const magnitude = Math.abs(value);
  return magnitude >= 1e4 ? count(value) : number(value, magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

/** A text made short enough for an axis or a legend. The whole of it is in the table. */
export function short(text: string, most = 44): string {
  const glyphs = Array.from(text);
  return glyphs.length <= most ? text : `${glyphs.slice(0, Math.ceil(most * 0.6)).join('')}…${glyphs.slice(glyphs.length - Math.floor(most * 0.35)).join('')}`;
}

/** Days between two dates written as 2026-11-22. */
export function days(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
