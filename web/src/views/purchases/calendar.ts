import { s } from '../../dom.ts';
import { money, number, short } from '../../format.ts';
import type { Plan, Purchase } from '../../report.ts';
import { label, months, sources } from '../../report.ts';
import type { Theme } from '../../theme.ts';
import { colour } from '../../theme.ts';

const [row, narrowRow, head] = [28, 42, 26];
const isNarrow = (width: number): boolean => width < 620;

/** How tall the calendar is. */
export function tall(purchases: readonly Purchase[], width: number): number {
  return head + purchases.length * (isNarrow(width) ? narrowRow : row) + 4;
}

/** What is there in which month: a line for each purchase, a box for each month with its number of instances. */
export function calendar(t: Theme, width: number, plan: Plan, purchases: readonly Purchase[]): SVGElement {
  const labels = months(plan);
  const order = sources(plan);
  const narrow = isNarrow(width);
  const left = narrow ? 0 : Math.min(330, width * 0.36);
  const cell = (width - left) / Math.max(1, labels.length);
  const height = narrow ? narrowRow : row;
  const svg = s('svg', { viewBox: `0 0 ${width} ${tall(purchases, width)}`, width, height: tall(purchases, width), 'aria-hidden': 'true' });
  const text = (x: number, y: number, value: string, fill: string, anchor: string, size = 11.5, weight = 400) =>
    s('text', { x, y, fill, 'text-anchor': anchor, 'font-size': size, 'font-weight': weight }, value);

  // Months are named as far as there is room, years where they begin.
  const apart = Math.max(1, Math.ceil(18 / cell));
  labels.forEach((month, i) => {
    const begins = i === 0 || month.endsWith('-01');
    if (begins) svg.append(text(left + i * cell + 2, 9, month.slice(0, 4), t.soft, 'start', 10.5, 600));
    if (i % apart === 0) svg.append(text(left + (i + 0.5) * cell, 21, month.slice(5), t.soft, 'middle', 10.5));
  });

  purchases.forEach((p, n) => {
    const top = head + n * height;
    const bar = narrow ? top + 16 : top + 3;
    if (n > 0) svg.append(s('line', { x1: 0, x2: width, y1: top, y2: top, stroke: t.line, 'stroke-width': 1 }));
    const most = Math.floor((narrow ? width : left - 10) / 6.7);
    svg.append(text(0, top + (narrow ? 12 : 18), short(`${p.workload}: ${label(p)}`, most), t.ink, 'start', 12));
    const shade = colour(t, order.indexOf(label(p)));
    labels.forEach((month, i) => {
      const there = p.months.find((m) => m.month === month && m.instances > 0);
      if (!there) return;
      svg.append(s('rect', { x: left + i * cell + 0.75, y: bar, width: cell - 1.5, height: 22, rx: 2, fill: shade },
        s('title', {}, `${month}: ${number(there.instances)} × ${p.offer}, ${number(there.instance_hours, 0)} h, ${money(there.cash)}`)));
      const count = p.purchase_kind === 'tokens' ? '' : number(there.instances, 1);
      if (count.length * 7 < cell) svg.append(text(left + (i + 0.5) * cell, bar + 15.5, count, ink(shade), 'middle', 11.5, 600));
    });
  });
  return svg;
}

/** Black or white, whichever is read better on a colour (WCAG 2 relative luminance). */
export function ink(background: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(background.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#10151a' : '#ffffff';
}
