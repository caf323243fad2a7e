/** Colours of the charts: those of Okabe and Ito (2008), which people with any colour vision can tell apart, and neutrals. */
export interface Theme {
  readonly dark: boolean;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly paper: string;
  readonly bar: string;
  readonly accent: string;
  readonly warn: string;
  readonly series: readonly string[];
}

export const light: Theme = {
  dark: false, ink: '#1b1f24', soft: '#5b636d', line: '#dde1e6', paper: '#ffffff', bar: '#a9b1ba', accent: '#0f5e8c', warn: '#b04a00',
  series: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#7a7f87', '#b8a800', '#5e4fa2', '#8c510a'],
};

export const dark: Theme = {
  dark: true, ink: '#e8eaed', soft: '#a3abb5', line: '#343a42', paper: '#16191d', bar: '#6a737e', accent: '#6cb8e6', warn: '#f0955a',
  series: ['#3f9bd8', '#f0b429', '#1fbf92', '#e08fbf', '#8ccdf2', '#ef7d3b', '#7b838e', '#d9c93a', '#9a8be0', '#c08a4a'],
};

type Choice = 'auto' | 'light' | 'dark';
const choices: readonly Choice[] = ['auto', 'light', 'dark'];
const listeners: (() => void)[] = [];
const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let choice: Choice = remembered();
let printing = false;

function remembered(): Choice {
  try {
    return choices.find((known) => known === localStorage.getItem('switchyard-theme')) ?? 'auto';
  } catch {
    return 'auto'; // Storage is closed to pages opened from some places.
  }
}

/** The theme in force. Paper is always light. */
export function theme(): Theme {
  return !printing && (choice === 'dark' || (choice === 'auto' && prefersDark.matches)) ? dark : light;
}

/** What the reader chose. */
export function chosen(): Choice {
  return choice;
}

/** Goes on to the next choice. */
export function next(): void {
  choice = choices[(choices.indexOf(choice) + 1) % choices.length] ?? 'auto';
  try {
    localStorage.setItem('switchyard-theme', choice);
  } catch {
    // It holds until the page is closed.
  }
  changed();
}

/** Calls back when the theme, or the medium, has changed. */
export function whenChanged(listener: () => void): void {
  listeners.push(listener);
}

/** True while the page is laid out for paper. */
export function isPrinting(): boolean {
  return printing;
}

function changed(): void {
  document.documentElement.dataset['theme'] = theme().dark ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

function print(on: boolean): void {
  if (printing === on) return;
  printing = on;
  changed();
}

/** Starts to follow the reader's system. */
export function follow(): void {
  prefersDark.addEventListener('change', changed);
  const paper = matchMedia('print');
  paper.addEventListener('change', () => { print(paper.matches); });
  addEventListener('beforeprint', () => { print(true); });
  addEventListener('afterprint', () => { print(false); });
  changed();
}

/** The colour of the n-th series. */
export function colour(t: Theme, index: number): string {
  return t.series[index % t.series.length] ?? t.ink;
}
