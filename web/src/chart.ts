import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { h, name } from './dom.ts';
import type { Theme } from './theme.ts';
import { isPrinting, theme, whenChanged } from './theme.ts';
import type { Chart, Drawing } from './view.ts';

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export const font = "'Inter Variable', system-ui, sans-serif";

// A4 and Letter, less their margins, at 96 dots an inch.
const paperWidth = 680;

/** A line of what is shown on hover. */
export interface TipRow {
  readonly name: string;
  readonly value: string;
  readonly colour?: string;
  readonly note?: string;
}

/** What is shown on hover: a heading, figures with their unit, and where they come from. */
export function tip(heading: string, rows: readonly TipRow[], origin?: string): HTMLElement {
  return h('div', { class: 'tip' },
    h('div', { class: 'tip-head' }, name(heading)),
    ...rows.map((row) => {
      const swatch = h('span', { class: 'swatch' });
      if (row.colour) swatch.style.background = row.colour;
      return h('div', { class: 'tip-row' }, row.colour ? swatch : h('span'), name(row.name), h('b', {}, row.value), row.note ? h('span', { class: 'tip-note' }, row.note) : null);
    }),
    origin ? h('div', { class: 'tip-origin' }, name(origin)) : null);
}

/** What charts have in common; the rest of the option is laid over it. */
export function base(t: Theme, rest: EChartsCoreOption): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: font, fontSize: 12, color: t.ink },
    grid: { left: 4, right: 12, top: 14, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    ...rest,
  };
}

/** The tooltip of a chart: an element made of text, never markup. */
export function tooltip(t: Theme, trigger: 'axis' | 'item', formatter: (index: number, series: string) => HTMLElement): object {
  return {
    trigger, confine: true, transitionDuration: 0, appendToBody: false, padding: 0, borderWidth: 0, backgroundColor: 'transparent', extraCssText: 'box-shadow:none',
    axisPointer: { type: 'shadow', shadowStyle: { color: t.dark ? 'rgba(255,255,255,.06)' : 'rgba(20,30,40,.06)' } },
    formatter: (given: unknown) => {
      const one = (Array.isArray(given) ? (given as unknown[])[0] : given) as { dataIndex: number; seriesName?: string };
      return formatter(one.dataIndex, one.seriesName ?? '');
    },
  };
}

/** An axis of categories. */
export function categories(t: Theme, data: readonly string[], labels?: object): object {
  return {
    type: 'category', data, axisTick: { show: false }, axisLine: { lineStyle: { color: t.line } },
    axisLabel: { color: t.soft, fontFamily: font, lineHeight: 15, hideOverlap: true, ...labels },
  };
}

/** The round step in which about so many marks reach from the least to the most. */
export function step(low: number, high: number, marks = 4): number {
  const rough = Math.max(1e-9, (high - low) / marks);
  const size = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 2.5, 5].find((of) => of * size >= rough * 0.999) ?? 10) * size;
}

/** An axis of values: round marks over all that is shown, zero among them unless the ends are given, each said with the decimals that it needs. */
export function values(
  t: Theme, format: (value: number, step: number) => string, shown: readonly number[], given: { readonly min?: number; readonly max?: number; readonly marks?: number; readonly least?: number } = {},
): object {
  const [low, high] = [given.min ?? Math.min(0, ...shown), given.max ?? Math.max(0, ...shown)];
  const apart = Math.max(given.least ?? 0, step(low, high > low ? high : low + 1, given.marks));
  return {
    type: 'value', splitLine: { lineStyle: { color: t.line } }, interval: apart,
    min: given.min ?? Math.floor(low / apart + 1e-9) * apart, max: given.max ?? Math.max(Math.ceil(high / apart - 1e-9) * apart, low + apart),
    axisLabel: { color: t.soft, fontFamily: font, formatter: (value: number) => format(value, apart), hideOverlap: true },
  };
}

interface Drawn { readonly coord: (at: readonly number[]) => number[]; readonly size: (of: readonly number[]) => number[]; readonly value: (dimension: number) => number }

/** A mark across each month, at what is asked for there. */
export function marks(t: Theme, name: string, data: readonly number[], colour: string, dashed = false): object {
  return {
    name, type: 'custom', z: 6, silent: true, data: data.map((value, i) => [i, value]), clip: false,
    renderItem: (_: unknown, api: Drawn) => {
      const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
      const half = Math.min(34, (api.size([1, 0])[0] ?? 0) * 0.46);
      const shape = { x1: x - half, x2: x + half, y1: y, y2: y };
      return {
        type: 'group', children: [
          { type: 'line', shape, style: { stroke: t.paper, lineWidth: 4.5, opacity: 0.85 } },
          { type: 'line', shape, style: { stroke: colour, lineWidth: 2.25, lineDash: dashed ? [4, 3] : null } },
        ],
      };
    },
  };
}

/** A whisker in each month, from the least to the most. */
export function whiskers(t: Theme, name: string, lows: readonly number[], highs: readonly number[], colour: string): object {
  return {
    name, type: 'custom', z: 5, silent: true, data: lows.map((low, i) => [i, low, highs[i] ?? low]), encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, api: Drawn) => {
      const [x = 0, bottom = 0] = api.coord([api.value(0), api.value(1)]);
      const [, top = 0] = api.coord([api.value(0), api.value(2)]);
      const cap = Math.min(6, (api.size([1, 0])[0] ?? 0) * 0.18);
      const lines = [{ x1: x, x2: x, y1: bottom, y2: top }, { x1: x - cap, x2: x + cap, y1: top, y2: top }, { x1: x - cap, x2: x + cap, y1: bottom, y2: bottom }];
      return {
        type: 'group', children: [
          ...lines.map((shape) => ({ type: 'line', shape, style: { stroke: t.paper, lineWidth: 4, opacity: 0.85 } })),
          ...lines.map((shape) => ({ type: 'line', shape, style: { stroke: colour, lineWidth: 1.5 } })),
        ],
      };
    },
  };
}

/** Months as an axis shows them: the year where it begins, the month's number otherwise. */
export function monthLabel(month: string, index: number): string {
  const [year = '', of = ''] = month.split('-');
  return of === '01' || index === 0 ? `${of}\n${year}` : of;
}

/** An axis of months: as many are named as there is room for a year under them. */
export function monthAxis(t: Theme, months: readonly string[], width: number): object {
  const room = (width - 70) / Math.max(1, months.length);
  const apart = [1, 2, 3, 6].find((n) => room * n >= 34) ?? 12;
  return categories(t, months.map(monthLabel), { interval: apart - 1, hideOverlap: false });
}

/** A chart in the page: follows its width, the theme and the paper; arrow keys go through its categories. */
export function mount(chart: Chart): HTMLElement {
  const box = h('div', { class: 'chart', role: 'img', 'aria-label': chart.says, tabindex: 0, 'data-steps': chart.steps });
  box.style.height = `${typeof chart.height === 'number' ? chart.height : chart.height(800)}px`;
  let made: EChartsType | undefined;
  let at = -1;
  let shown = '';
  const draw = (): void => {
    const width = isPrinting() ? paperWidth : box.clientWidth;
    if (width < 40) return;
    const t = theme();
    const height = typeof chart.height === 'number' ? chart.height : chart.height(width);
    const state = `${width}×${height} ${t.dark ? 'dark' : 'light'}`;
    if (state === shown) return;
    shown = state;
    box.style.height = `${height}px`;
    made ??= init(box, undefined, { renderer: 'svg', width, height });
    made.resize({ width, height });
    made.setOption(chart.option(t, width), { notMerge: true });
  };
  whenSeen(box, draw);
  box.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape') made?.dispatchAction({ type: 'hideTip' });
    if (step === 0 || chart.steps === 0) return;
    event.preventDefault();
    at = (at + step + chart.steps) % chart.steps;
    made?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: at });
    // What the tooltip says is said aloud as well.
    const said = box.querySelector('.tip');
    const live = box.parentElement?.querySelector('[aria-live]');
    if (said && live) live.textContent = [...said.querySelectorAll('.tip-head, .tip-row')].map((row) => row.textContent).join('; ');
  });
  box.addEventListener('blur', () => made?.dispatchAction({ type: 'hideTip' }));
  return h('div', {}, box, h('div', { class: 'unseen', 'aria-live': 'polite' }));
}

// Charts are drawn when the reader comes near them, and all of them for paper; until then they keep their place.
function whenSeen(box: HTMLElement, draw: () => void): void {
  let near = false;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near = true;
    seen.disconnect();
    draw();
  }, { rootMargin: '500px' });
  seen.observe(box);
  new ResizeObserver(() => { if (near) draw(); }).observe(box);
  whenChanged(() => { if (near || isPrinting()) draw(); });
}

/** A drawing in the page, drawn anew when the width or the theme changes. */
export function mountDrawing(drawing: Drawing): HTMLElement {
  const box = h('div', { class: 'drawing', role: 'img', 'aria-label': drawing.says, tabindex: 0 });
  box.style.minHeight = `${drawing.height(900)}px`;
  let shown = '';
  const draw = (): void => {
    const width = isPrinting() ? paperWidth : box.clientWidth;
    const t = theme();
    const state = `${width} ${t.dark ? 'dark' : 'light'}`;
    if (width < 40 || state === shown) return;
    shown = state;
    box.style.minHeight = `${drawing.height(width)}px`;
    box.replaceChildren(drawing.draw(t, width));
  };
  whenSeen(box, draw);
  return box;
}
