import type { EChartsCoreOption } from 'echarts/core';
import type { Report } from './report.ts';
import type { Theme } from './theme.ts';

/** A part of the page. Each lives in a folder of `views`; one whose findings are empty is absent. */
export interface View {
  readonly id: string;
  /** Where it stands: views are in the order of these numbers. */
  readonly order: number;
  /** A word or two, for the contents. */
  readonly title: string;
  /** Under which of the contents' headings it stands; views of one part follow each other. */
  readonly part: Part;
  readonly findings: (report: Report) => readonly Finding[];
}

/** The parts of the page, in their order. */
export const parts = ['The plan', 'Does it hold?', 'Why this plan', 'What it rests on'] as const;
export type Part = (typeof parts)[number];

/** A finding: what was found, in a sentence, and what shows it. */
export interface Finding {
  readonly headline: string;
  /** What the reader should know to judge it. */
  readonly detail?: string;
  readonly blocks: readonly Block[];
}

export type Block = Chart | Drawing | Table | Facts | Lines;

/** A chart with the table of its figures. */
export interface Chart {
  readonly kind: 'chart';
  readonly title?: string;
  /** What a reader who does not see it is told. */
  readonly says: string;
  readonly height: number | ((width: number) => number);
  readonly legend?: readonly Legend[];
  readonly option: (t: Theme, width: number) => EChartsCoreOption;
  /** How many categories the arrow keys go through. */
  readonly steps: number;
  readonly note?: string;
  readonly table: Table;
}

/** A picture that is not a chart. */
export interface Drawing {
  readonly kind: 'drawing';
  readonly title?: string;
  readonly says: string;
  readonly legend?: readonly Legend[];
  readonly height: (width: number) => number;
  readonly draw: (t: Theme, width: number) => Element;
  readonly note?: string;
  readonly table: Table;
}

/** Figures in rows, sortable, copied as CSV. */
export interface Table {
  readonly kind: 'table';
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Shown at once rather than on request. */
  readonly open?: boolean;
}

export interface Column {
  readonly name: string;
  readonly right?: boolean;
}

/** A cell: what is shown, and what it is sorted and copied by where that differs. */
export type Cell = string | { readonly text: string; readonly value: number | string | null; readonly mark?: boolean };

/** Key figures beside each other. */
export interface Facts {
  readonly kind: 'facts';
  readonly facts: readonly { readonly name: string; readonly value: string; readonly note?: string; readonly tone?: 'good' | 'bad' }[];
}

/** Lines of text: under each head what there is to say about it. */
export interface Lines {
  readonly kind: 'lines';
  readonly lines: readonly { readonly head: string; readonly texts: readonly string[] }[];
  /** Shown on request, under this name. */
  readonly folded?: string;
}

/** An entry of a legend. */
export interface Legend {
  readonly name: string;
  readonly shape: 'box' | 'line' | 'dash' | 'dot' | 'hatch' | 'band' | 'ring' | 'triangle' | 'whisker';
  readonly colour: (t: Theme) => string;
}
