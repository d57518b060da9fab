import { parseDuration } from '../../base/duration.ts';
import type { Schema, SchemaType } from '../json-schema.ts';
import { schemasAt } from '../schema-at.ts';
import type { YamlNode, YamlScalar } from '../tree.ts';
import { linksTo, pathOf, scalar, type Link } from '../yaml-edits.ts';
import { certain, possible, replace, type Cure, type Mend } from './mend.ts';

/** A value of the wrong kind that says all the same what is meant. */
export const cureType: Cure = ({ text, analysis, diagnostic }) => {
  const found = valueAt(linksTo(analysis.tree, diagnostic.range.start), diagnostic.range.start);
  if (found === undefined) return [];
  const { node, path } = found;
  const schemas = schemasAt(path);
  const takes = (type: SchemaType) => schemas.some((schema) => [schema.type ?? []].flat().includes(type));
  if (node.kind === 'list') return takes('array') || !takes('string') ? [] : single(node.items, text, node);
  if (node.kind === 'map') return [];
  return ofScalar(node, { schemas, takes, path });
};

interface Wanted {
  readonly schemas: readonly Schema[];
  readonly takes: (type: SchemaType) => boolean;
  readonly path: readonly (string | number)[];
}

/** The diagnostic stands at a scalar, or at the first thing in a list: the outermost value that begins there. */
function valueAt(
  links: readonly Link[],
  offset: number,
): { readonly node: YamlNode; readonly path: readonly (string | number)[] } | undefined {
  const values = links.map((link) => (link.kind === 'entry' ? link.entry.value : link.item));
  const scalars = values.findIndex((value) => value.kind === 'scalar' && value.range.start === offset);
  if (scalars < 0) return undefined;
  let at = scalars;
  // A list is told of at its first item; which of the two is wrong, its field knows.
  while (
    at > 0 &&
    values[at - 1]?.kind === 'list' &&
    links[at]?.kind === 'item' &&
    !takesList(links.slice(0, at))
  )
    at--;
  const node = values[at];
  return node && { node, path: pathOf(links.slice(0, at + 1)) };
}

function takesList(links: readonly Link[]): boolean {
  return schemasAt(pathOf(links)).some(({ items }) => items !== undefined);
}

/** `[5m]` where there can be only one. */
function single(items: readonly YamlNode[], text: string, { range }: YamlNode): readonly Mend[] {
  const [only, other] = items;
  if (only?.kind !== 'scalar' || other !== undefined || text[range.start] !== '[') return [];
  const written = text.slice(only.range.start, only.range.end);
  return certain(`Change to ${written}`, replace(range, written));
}

function ofScalar(node: YamlScalar, { schemas, takes, path }: Wanted): readonly Mend[] {
  const { text: value, range } = node;
  const change = (written: string) => certain(`Change to \`${written}\``, replace(range, written));
  const maybe = (written: string) => possible(`Change to \`${written}\``, replace(range, written));
  if (takes('boolean') && typeof node.value === 'string') {
    const truth = truthOf(value);
    if (truth !== undefined) return change(truth);
  }
  const pattern = schemas.find((schema) => schema.pattern !== undefined)?.pattern;
  const isDuration = pattern !== undefined && new RegExp(pattern).test('1h30m');
  if (isDuration) {
    const plain = durationOf(value);
    if (plain !== undefined) return change(plain);
    return /^\d+(\.\d+)?$/.test(value) ? [...maybe(`${value}s`), ...maybe(`${value}m`)] : [];
  }
  if (pattern !== undefined && new RegExp(pattern).test(value.toUpperCase()))
    return change(value.toUpperCase());
  if ((takes('integer') || takes('number')) && node.style !== 'plain') {
    const number = Number(value);
    if (value.trim() !== '' && schemas.some((schema) => fitsNumber(number, schema)))
      return change(value.trim());
  }
  const [key, field] = [path.at(-1), path.at(-2)];
  if (key === 'retry' && /^\d+$/.test(value)) return change(`{ max: ${value} }`);
  if (field === 'inputs' && path.length === 2)
    return /^(?:string|number|boolean|path)$/.test(value) ? change(`{ type: ${value} }`) : [];
  const isText = schemas.some(({ type, enum: allowed }) => type === 'string' && allowed === undefined);
  if (isText && node.style === 'plain' && typeof node.value !== 'string') return maybe(`'${value}'`);
  if (takes('array') && !takes('string')) return change(`[${scalar(value)}]`);
  return key === 'for_each' || field === 'matrix' ? maybe(`[${scalar(value)}]`) : [];
}

function truthOf(value: string): string | undefined {
  if (/^(?:yes|y|on|true)$/i.test(value)) return 'true';
  return /^(?:no|n|off|false)$/i.test(value) ? 'false' : undefined;
}

function fitsNumber(value: number, { type, minimum = -Infinity, maximum = Infinity }: Schema): boolean {
  const types = [type ?? []].flat();
  const isKind = types.includes('number') || (types.includes('integer') && Number.isInteger(value));
  return isKind && value >= minimum && value <= maximum;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ms|msecs?|millis(?:econds?)?|milliseconds?)$/i, 'ms'],
  [/^(?:s|secs?|seconds?)$/i, 's'],
  [/^(?:m|mins?|minutes?)$/i, 'm'],
  [/^(?:h|hrs?|hours?)$/i, 'h'],
  [/^(?:d|days?)$/i, 'd'],
];

/** `1 hour 30 minutes` as `1h30m`. */
function durationOf(value: string): string | undefined {
  const trimmed = value.trim();
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*)+$/i.test(trimmed)) return undefined;
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)].map(([, amount = '', word = '']) => {
    const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1];
    return unit === undefined ? '?' : amount + unit;
  });
  const duration = parts.join('');
  return parseDuration(duration) === undefined ? undefined : duration;
}
