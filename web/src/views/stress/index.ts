import { base, categories, tip, tooltip, values } from '../../chart.ts';
import type { Case, Evidence } from '../../evidence.ts';
import { between, broken as clause, cases } from '../../evidence.ts';
import { difference, money, shortMoney } from '../../format.ts';
import type { Theme } from '../../theme.ts';
import type { Finding, View } from '../../view.ts';

function says(given: Case): string {
  const [first] = given.breaches;
  return first ? `✗ ${clause(first)}${given.breaches.length > 1 ? `, and ${given.breaches.length - 1} more` : ''}` : '✓ holds';
}

function finding(evidence: Evidence): Finding[] {
  const [expected, ...others] = cases(evidence);
  if (!expected || others.length === 0) return [];
  const usual = expected.cost.mean ?? 0;
  const sorted = others.map((c) => ({ given: c, more: (c.cost.mean ?? usual) - usual })).sort((a, b) => Math.abs(b.more) - Math.abs(a.more));
  const broken = others.filter((c) => c.breaches.length > 0);
  const [dearest] = sorted;
  // Room for the figures beside bars to the left.
  const most = Math.max(...sorted.map((c) => Math.abs(c.more)));
  const [only] = others.length === 1 ? others : [];
  return [{
    headline: only ? `With ${only.case} the plan ${only.breaches.length === 0 ? 'still holds' : 'does not hold'}, and the bill changes by ${difference((only.cost.mean ?? usual) - usual)}.` : broken.length === 0
      ? `It holds in all ${others.length} other circumstances that were played; ${dearest?.given.case ?? ''} changes the bill most: ${difference(dearest?.more ?? 0)}.`
      : `${broken.length === others.length ? `In none of ${others.length} other circumstances does it hold` : `Of ${others.length} other circumstances ${broken.length === 1 ? `one breaks it: ${broken[0]?.case ?? ''}` : `${broken.length} break it`}`}; ${dearest?.given.case ?? ''} changes the bill most: ${difference(dearest?.more ?? 0)}.`,
    blocks: [{
      kind: 'chart', title: 'How the bill changes, US dollars', says: 'The bill under each circumstance less the bill as expected. Figures are in the table below; arrow keys go through them.',
      height: 36 + sorted.length * 36, steps: sorted.length,
      legend: [
        ...(broken.length < others.length ? [{ name: 'holds', shape: 'box' as const, colour: (t: Theme) => t.accent }] : []),
        ...(broken.length > 0 ? [{ name: 'breaks a promise', shape: 'box' as const, colour: (t: Theme) => t.warn }] : []),
      ],
      option: (t, width) => base(t, {
        tooltip: tooltip(t, 'axis', (i) => tip(sorted[i]?.given.case ?? '', [
          { name: 'bill', value: between(sorted[i]?.given.cost ?? { mean: null, low: null, high: null }, money) }, { name: 'against expected', value: difference(sorted[i]?.more ?? 0) }, { name: 'verdict', value: sorted[i] ? says(sorted[i].given) : '' },
        ], 'The proof.')),
        grid: { left: 4, right: 74, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        xAxis: values(t, shortMoney, sorted.map((c) => (c.more < 0 ? c.more - most * 0.22 : c.more))),
        yAxis: { ...categories(t, sorted.map((c) => c.given.case), { color: t.ink, width: width < 560 ? 120 : 260, overflow: 'break', interval: 0, hideOverlap: false }), inverse: true, axisLabel: { color: t.ink, width: width < 560 ? 120 : 260, overflow: 'break', margin: 12, interval: 0, lineHeight: 15 }, axisLine: { onZero: false, lineStyle: { color: t.line } } },
        series: [{ type: 'bar', barMaxWidth: 20, data: sorted.map((c) => ({ value: c.more, itemStyle: { color: c.given.breaches.length > 0 ? t.warn : t.accent }, label: { position: c.more < 0 ? 'left' : 'right' } })), label: { show: true, position: 'right', color: t.ink, formatter: (p: { dataIndex: number }) => difference(sorted[p.dataIndex]?.more ?? 0) } }],
      }),
      table: {
        kind: 'table', title: 'Circumstances', open: true, columns: [{ name: 'Circumstance' }, { name: 'Verdict' }, { name: 'Bill', right: true }, { name: 'Against expected', right: true }],
        rows: [expected, ...others].map((c) => [c.case, says(c), { text: between(c.cost, money), value: c.cost.mean }, { text: c === expected ? '–' : difference((c.cost.mean ?? usual) - usual), value: (c.cost.mean ?? usual) - usual }]),
      },
    }],
  }];
}

export const view: View = { id: 'stress', order: 70, title: 'What could go wrong', part: 'Does it hold?', findings: ({ evidence }) => evidence.flatMap(finding) };
