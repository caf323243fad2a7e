import './styles.css';
import { h } from './dom.ts';
import { begin, followReading } from './page.ts';
import type { Report } from './report.ts';
import { follow } from './theme.ts';
import type { View } from './view.ts';

const views = Object.values(import.meta.glob<View>('./views/*/index.ts', { eager: true, import: 'view' })).sort((a, b) => a.order - b.order);
const root = document.getElementById('page');
const data = document.getElementById('report-data')?.textContent ?? 'null';
const report = JSON.parse(data) as Report | null;

if (root && report) {
  document.title = `${report.plan.scenario}: Switchyard report`;
  const { element, rest } = begin(report, views);
  root.replaceChildren(element);
  let done = false;
  const finish = (): void => {
    if (done) return;
    done = true;
    rest();
    followReading(root);
    // Where the reader wanted to go was not there yet.
    if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ behavior: 'instant' });
    document.documentElement.dataset['whole'] = '';
  };
  // Paper gets all of it, and before the charts are told that they are on paper.
  addEventListener('beforeprint', finish);
  follow();
  // After the beginning was painted; a window that is not looked at paints nothing.
  requestAnimationFrame(() => { setTimeout(finish); });
  setTimeout(finish, 500);
} else {
  root?.replaceChildren(h('p', { class: 'empty' }, 'There is nothing in this report. Make one with: switchyard report plan.json --out report.html'));
}
