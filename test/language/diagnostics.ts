import assert from 'node:assert/strict';
import { linesOf, type Range } from '../../src/base/lines.ts';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';

/**
 * Diagnostics as a person sees them, lines and columns from 1: `3:12-15 baton/cycle: message`. What is no error says so
 * after its code; related places and fixes stand below, indented.
 */
export function shown(text: string, diagnostics: readonly Diagnostic[]): string {
  const place = placeIn(text);
  return diagnostics
    .flatMap(({ code, severity, message, range, related, fixes }) => [
      `${place(range)} ${code}${severity === 'error' ? '' : ` (${severity})`}: ${message}`,
      ...related.map((each) => `  ${place(each.range)} ${each.message}`),
      ...fixes.map(({ title }) => `  fix: ${title}`),
    ])
    .join('\n');
}

/** `3:12-15`, or `3:12-4:2` over lines. */
export function placeIn(text: string): (range: Range) => string {
  const lines = linesOf(text);
  return ({ start, end }) => {
    const [from, to] = [lines.position(start), lines.position(end)];
    const until = to.line === from.line ? `${to.character + 1}` : `${to.line + 1}:${to.character + 1}`;
    return `${from.line + 1}:${from.character + 1}-${until}`;
  };
}

/** Analyzes a text and compares what a person would see. Indentation of the expectation does not count. */
export function checkDiagnostics(text: string, expected: string): Analysis {
  const analysis = analyze(text);
  assert.equal(shown(text, analysis.diagnostics), unindented(expected));
  return analysis;
}

/** The same inside of `steps: …`, which stands on line 1; the text is indented by two. */
export function checkSteps(steps: string, expected: string): Analysis {
  return checkDiagnostics(`steps:\n${steps.replace(/^(?=.)/gm, '  ')}\n`, expected);
}

function unindented(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent).trimEnd()).join('\n');
}

/** Every range that an analysis names. */
export function rangesOf({ diagnostics, silenced, index, workflow }: Analysis): readonly Range[] {
  const found = [...diagnostics, ...silenced];
  const edits = found.flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits.map(({ range }) => range)));
  return [
    ...found.map(({ range }) => range),
    ...found.flatMap(({ related }) => related.map(({ range }) => range)),
    ...edits,
    ...index.references.map(({ range }) => range),
    ...index.expressions.map(({ range }) => range),
    ...workflow.steps.flatMap((step) => [step.range, step.idRange, ...step.needs.map(({ range }) => range)]),
  ];
}
