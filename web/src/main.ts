import './styles.css';
import { h } from './dom.ts';
import { followReading, page } from './page.ts';
import type { Report } from './report.ts';
import { follow } from './theme.ts';
import type { View } from './view.ts';

const views = Object.values(import.meta.glob<View>('./views/*/index.ts', { eager: true, import: 'view' })).sort((a, b) => a.order - b.order);
const root = document.getElementById('page');
const data = document.getElementById('report-data')?.textContent ?? 'null';
const report = JSON.parse(data) as Report | null;

if (root && report) {
  document.title = `${report.plan.scenario}: Switchyard report`;
  root.replaceChildren(page(report, views));
  follow();
  followReading(root);
} else {
  root?.replaceChildren(h('p', { class: 'empty' }, 'There is nothing in this report. Make one with: switchyard report plan.json --out report.html'));
}
