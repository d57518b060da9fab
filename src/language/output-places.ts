import type { Range } from '../base/lines.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import type { StepEntry } from './step-entries.ts';
import { valueOf, type YamlScalar } from './tree.ts';

/**
 * The places in a step's programs that write one of its outputs: the names before `=` or `<<`. Those on lines that speak of
 * `$BATON_OUTPUT`; where there are none, those anywhere in a program that does. What is written in other ways is not known.
 */
export function outputPlaces(step: StepEntry, name: string, file: string): readonly Range[] {
  const own = programsOf(step).flatMap((program) => placesIn(program, name, file));
  return [...own, ...(step.inner?.entries.flatMap((inner) => outputPlaces(inner, name, file)) ?? [])];
}

/** The texts of a step that run as programs. */
export function programsOf({ node }: StepEntry): readonly YamlScalar[] {
  const texts = [valueOf(node, 'run'), valueOf(node, 'script'), valueOf(valueOf(node, 'gate'), 'check')];
  return texts.filter((text) => text?.kind === 'scalar');
}

const OUTPUT_FILE = 'BATON_OUTPUT';

function placesIn(program: YamlScalar, name: string, file: string): readonly Range[] {
  const { text } = program;
  if (!text.includes(OUTPUT_FILE)) return [];
  const written = [...text.matchAll(writeOf(name))].map((found) => found.index + (found[1] ?? '').length);
  if (written.length === 0) return [];
  const beside = written.filter((at) => lineAround(text, at).includes(OUTPUT_FILE));
  const toFile = scalarOffsets(program, file);
  return (beside.length > 0 ? beside : written).map((at) => ({
    start: toFile(at),
    end: toFile(at + name.length),
  }));
}

/** The name where a word begins, before what assigns to it. */
function writeOf(name: string): RegExp {
  return new RegExp(`(^|[^\\w.-])${name.replaceAll(/[^\w]/g, String.raw`\$&`)}(?==|<<)`, 'gm');
}

function lineAround(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end);
}
