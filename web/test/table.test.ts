import { beforeEach, describe, expect, it } from 'vitest';
import { compare, csv, tableElement } from '../src/table.ts';
import type { Table } from '../src/view.ts';

const table: Table = {
  kind: 'table', title: 'T', columns: [{ name: 'Name' }, { name: 'Cost, $', right: true }],
  rows: [['b, "quoted"', { text: '$12', value: 12 }], ['a\nline', { text: 'unknown', value: null }], ['=1+1', { text: '-$3.00', value: -3 }]],
};

describe('a table', () => {
  beforeEach(() => { document.body.replaceChildren(tableElement(table)); });
  const shown = () => [...document.querySelectorAll('tbody tr')].map((row) => row.children[1]?.textContent);
  const click = (column: number) => { document.querySelectorAll<HTMLButtonElement>('.sort')[column]?.click(); };

  it('sorts by value both ways, the unknown last', () => {
    expect(shown()).toEqual(['$12', 'unknown', '-$3.00']);
    click(1);
    expect(shown()).toEqual(['-$3.00', '$12', 'unknown']);
    expect(document.querySelectorAll('th')[1]?.getAttribute('aria-sort')).toBe('ascending');
    click(1);
    expect(shown()).toEqual(['$12', '-$3.00', 'unknown']);
    expect(document.querySelectorAll('th')[1]?.getAttribute('aria-sort')).toBe('descending');
    click(0);
    expect(document.querySelectorAll('th')[1]?.getAttribute('aria-sort')).toBe('none');
  });
  it('is CSV with its values, and no formula', () => {
    expect(csv(table)).toBe('Name,"Cost, $"\r\n"b, ""quoted""",12\r\n"a\nline",\r\n\'=1+1,-3\r\n');
  });
  it('orders numbers in text by their size', () => { expect(['h10', 'h9', 'h1'].sort(compare)).toEqual(['h1', 'h9', 'h10']); });
});
