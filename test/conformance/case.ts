import fs from 'node:fs';

/** What a case says, as far as every adapter needs it; the rest is read where it is known what to expect. */
export interface Case {
  readonly id: string;
  readonly area: string;
  readonly given: Given;
  readonly expect: Expected;
}

export type Given = Readonly<Record<string, unknown>>;
export type Expected = Readonly<Record<string, unknown>>;

/** Answers with what the library does, under the names of `expect`; only those are compared. */
export type Adapter = (given: Given, expect: Expected) => Promise<Expected> | Expected;

/** `BATON_CONFORMANCE` names another file of the same form. */
export function readCases(): readonly Case[] {
  const file = process.env['BATON_CONFORMANCE'] ?? new URL('seed-cases.json', import.meta.url);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] }).cases; // ours, or what a person names
}
