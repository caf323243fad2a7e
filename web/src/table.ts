import { h, name } from './dom.ts';
import type { Cell, Table } from './view.ts';

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function valueOf(cell: Cell): number | string | null {
  return typeof cell === 'string' ? cell : cell.value;
}

/** The order of two cells: numbers by size, text by letters, what is unknown last. */
export function compare(a: Cell, b: Cell): number {
  const [x, y] = [valueOf(a), valueOf(b)];
  if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
  return typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
}

/** The table as CSV (RFC 4180). Text that a spreadsheet would run as a formula is kept text by an apostrophe. */
export function csv(table: Table): string {
  const field = (value: string): string => {
    const inert = /^[=+\-@\t\r]/.test(value) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  };
  return [table.columns.map((column) => column.name), ...table.rows.map((row) => row.map((cell) => String(valueOf(cell) ?? '')))]
    .map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages opened from a file may have no clipboard of their own.
    const area = h('textarea', { class: 'unseen', 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Where a long word may go on in the next line: after what parts a path, and before the number of a version. */
function breakable(text: string): (string | HTMLElement)[] {
  return text.length > 200 ? [text] : text.split(/(?<=[/_@]|[A-Za-z]\.)(?=[^\s/._@])/).flatMap((piece, i) => (i === 0 ? [piece] : [h('wbr'), piece]));
}

/** A table whose columns sort on click, with a button that copies it. */
export function tableElement(table: Table): HTMLElement {
  let rows = [...table.rows];
  let sorted = -1;
  let ascending = true;
  const body = h('tbody');
  const fillBody = (): void => {
    body.replaceChildren(...rows.map((row) => h('tr', {}, ...row.map((cell, i) => {
      const right = table.columns[i]?.right === true;
      const marked = typeof cell !== 'string' && cell.mark === true;
      const text = textOf(cell);
      const width = right ? 'right' : text.length > 24 ? 'long' : /^[^\s/]*$|^[\d.:…() –-]+$/.test(text) ? 'whole' : '';
      return h('td', { class: [width, marked ? 'marked' : '', text.length > 200 ? 'endless' : ''].filter((c) => c !== '').join(' ') }, h('bdi', {}, ...breakable(text)));
    }))));
  };
  const heads = table.columns.map((column, index) => {
    const cell = h('th', { scope: 'col', class: column.right ? 'right' : '', 'aria-sort': 'none' },
      h('button', { type: 'button', class: 'sort', click: () => { sort(index); } }, column.name));
    return cell;
  });
  const sort = (index: number): void => {
    ascending = sorted === index ? !ascending : true;
    sorted = index;
    // A stable sort; what is unknown stays last both ways.
    rows = [...table.rows].sort((a, b) => {
      const [x, y] = [a[index] ?? '', b[index] ?? ''];
      const order = compare(x, y);
      return valueOf(x) === null || valueOf(y) === null ? order : ascending ? order : -order;
    });
    heads.forEach((head, i) => { head.setAttribute('aria-sort', i !== index ? 'none' : ascending ? 'ascending' : 'descending'); });
    fillBody();
  };
  fillBody();
  const said = h('span', { role: 'status', class: 'copied' });
  const button = h('button', {
    type: 'button', class: 'copy', click: () => {
      void copy(csv({ ...table, rows })).then((done) => {
        said.textContent = done ? 'Copied' : 'Copying is not allowed here';
        setTimeout(() => { said.textContent = ''; }, 2500);
      });
    },
  }, 'Copy as CSV');
  const scroller = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': table.title },
    h('table', {}, h('caption', { class: 'unseen' }, table.title), h('thead', {}, h('tr', {}, ...heads)), body));
  const tools = h('div', { class: 'tools' }, said, button);
  if (table.open) return h('div', { class: 'table open' }, h('div', { class: 'bar' }, h('p', { class: 'table-title' }, name(table.title)), tools), scroller);
  const rowCount = table.rows.length === 1 ? 'one row' : `${table.rows.length} rows`;
  return h('details', { class: 'table' }, h('summary', {}, name(table.title), h('span', {}, ` · ${rowCount}`)), h('div', { class: 'bar' }, h('span'), tools), scroller);
}
