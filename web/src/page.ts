import { mount, mountDrawing } from './chart.ts';
import { h, name, s } from './dom.ts';
import type { Report } from './report.ts';
import { tableElement } from './table.ts';
import { chosen, next, theme, whenChanged } from './theme.ts';
import type { Block, Finding, Legend, Lines, View } from './view.ts';
import { parts } from './view.ts';

/** A page of which the beginning is there, and how the rest of it is made. */
export interface Begun {
  readonly element: HTMLElement;
  readonly rest: () => void;
}

/** The whole page: its head, its contents, and each view that has something to show. */
export function page(report: Report, views: readonly View[]): HTMLElement {
  const { element, rest } = begin(report, views);
  rest();
  return element;
}

/** The page down to its first section, so that it is seen before all of it is made. */
export function begin(report: Report, views: readonly View[]): Begun {
  const shown = views.map((view) => ({ view, findings: view.findings(report) })).filter((v) => v.findings.length > 0);
  const [first, ...others] = shown;
  const main = h('main', { id: 'top' }, first ? section(first.view, first.findings) : null);
  const element = h('div', { class: 'page' },
    h('a', { class: 'skip', href: `#${shown[0]?.view.id ?? 'top'}` }, 'Skip to the findings'),
    head(report),
    contents(shown.map(({ view }) => view)),
    main,
    h('footer', {}, h('p', {}, `Made by switchyard ${report.version} from a plan of “`, name(report.plan.scenario),
      `” at prices of ${report.plan.prices_as_of}. Land and borders: Natural Earth. Everything is in this file; it loads nothing.`)));
  return { element, rest: () => { main.append(...others.map(({ view, findings }) => section(view, findings))); } };
}

function contents(views: readonly View[]): HTMLElement {
  return h('nav', { class: 'contents', 'aria-label': 'Contents' }, h('div', { class: 'parts' }, ...parts.flatMap((part) => {
    const within = views.filter((view) => view.part === part);
    return within.length === 0 ? [] : [h('div', {}, h('p', {}, part), h('ul', {}, ...within.map((view) => h('li', {}, h('a', { href: `#${view.id}` }, view.title)))))];
  })));
}

/** Marks in the contents the section that is being read. */
export function followReading(root: HTMLElement): void {
  const links = new Map([...root.querySelectorAll<HTMLAnchorElement>('.contents a')].map((link) => [link.hash.slice(1), link]));
  const seen = new Set<string>();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) seen.add(target.id);
      else seen.delete(target.id);
    }
    const [first] = [...links.keys()].filter((id) => seen.has(id));
    for (const [id, link] of links) {
      if (id === first) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }, { rootMargin: '-15% 0px -60% 0px' });
  for (const section of root.querySelectorAll('section')) watch.observe(section);
}

function head(report: Report): HTMLElement {
  const plan = report.plan;
  const labels = Object.keys(plan.cost.per_month);
  const button = h('button', { type: 'button', class: 'theme', click: next });
  const say = (): void => { button.textContent = { auto: 'Colours: as the system', light: 'Colours: light', dark: 'Colours: dark' }[chosen()]; };
  whenChanged(say);
  say();
  return h('header', { class: 'head' },
    h('div', { class: 'mark' }, logo(), h('span', {}, 'Switchyard')),
    h('div', { class: 'subject' }, h('h1', {}, name(plan.scenario)),
      h('p', {}, `${labels[0] ?? plan.start} to ${labels.at(-1) ?? ''} · prices as of ${plan.prices_as_of}${report.evidence.length > 0 ? ' · proven by replay' : ''}`)),
    button);
}

function logo(): SVGElement {
  return s('svg', { viewBox: '0 0 28 28', width: 28, height: 28, 'aria-hidden': 'true' },
    s('path', { d: 'M2 21 H10 C16 21 14 7 20 7 H26 M2 21 H26 M2 7 H9', class: 'rails' }),
    s('circle', { cx: 10, cy: 21, r: 2.6, class: 'node' }));
}

function section(view: View, findings: readonly Finding[]): HTMLElement {
  return h('section', { id: view.id, 'aria-label': view.title },
    ...findings.map((finding, index) => h('div', { class: 'finding' },
      index === 0 ? h('p', { class: 'kicker' }, view.title) : null,
      h('h2', {}, ...finding.headline.split(/(\d{4}-\d{2}(?:-\d{2})?)/).map((part, i) => (i % 2 === 1 ? h('span', { class: 'date' }, part) : part))),
      finding.detail ? h('p', { class: 'detail' }, finding.detail) : null,
      ...finding.blocks.map(block))));
}

function block(given: Block): HTMLElement {
  switch (given.kind) {
    case 'chart':
    case 'drawing':
      return h('figure', {},
        given.title ? h('figcaption', {}, name(given.title)) : null,
        given.legend ? legend(given.legend) : null,
        given.kind === 'chart' ? mount(given) : mountDrawing(given),
        given.note ? h('p', { class: 'note' }, given.note) : null,
        tableElement(given.table));
    case 'table':
      return tableElement(given);
    case 'facts':
      return h('dl', { class: 'facts' }, ...given.facts.map((fact) => h('div', { class: fact.tone ?? '' }, h('dt', {}, fact.name), h('dd', {}, name(fact.value)),
        fact.note ? h('dd', { class: 'fact-note' }, name(fact.note)) : null)));
    case 'lines':
      return given.folded ? h('details', { class: 'table' }, h('summary', {}, given.folded), lines(given)) : lines(given);
  }
}

function lines(given: Lines): HTMLElement {
  return h('dl', { class: 'lines' }, ...given.lines.map((line) => h('div', {}, h('dt', {}, name(line.head)), ...line.texts.map((text) => h('dd', {}, name(text))))));
}

function legend(entries: readonly Legend[]): HTMLElement {
  return h('ul', { class: 'legend' }, ...entries.map((entry) => {
    const swatch = h('span', { class: `swatch ${entry.shape}` });
    const paint = (): void => { swatch.style.setProperty('--c', entry.colour(theme())); };
    whenChanged(paint);
    paint();
    return h('li', {}, swatch, name(entry.name));
  }));
}
