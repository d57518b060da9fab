import type { Diagnostic, Fix } from '../../model/diagnostic.ts';
import { finding, listed, replacement, suggestion } from '../findings.ts';
import { foreignAdvice, nativeKey, type ForeignPlace } from '../foreign-keys.ts';
import type { Schema, SchemaType } from '../json-schema.ts';
import { resolveSchema, WORKFLOW_SCHEMA } from '../schema.ts';
import type { StepEntry } from '../step-entries.ts';
import { isNothing, type YamlEntry, type YamlNode, type YamlScalar } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Holds a tree against the schema: unknown keys, missing keys, values of the wrong kind (language.md section 3). */
export function checkStructure({ tree: root, levels, kept }: CheckContext): readonly Diagnostic[] {
  if (root === undefined) return [finding('baton/missing', { start: 0, end: 0 }, EMPTY)];
  const found: Diagnostic[] = [];
  const keep = kept.findings('structure');
  const atTop = new Map<YamlNode, StepEntry>();
  for (const level of [levels.steps, levels.finally])
    for (const step of level.entries) atTop.set(step.node, step);
  const inStep: Place['inStep'] = (node, check) => {
    const step = atTop.get(node);
    return step === undefined ? check() : keep(step, check);
  };
  checkValue(root, WORKFLOW_SCHEMA, { name: 'A workflow', found, inStep });
  return found;
}

const EMPTY = 'The file is empty. A workflow begins with `steps:` and needs at least one step below it.';

interface Place {
  /** What the value is, as the beginning of a sentence: `"timeout"`. */
  readonly name: string;
  readonly found: Diagnostic[];
  /** For what stands below a whole step at the top. */
  readonly inStep?: (node: YamlNode, check: () => readonly Diagnostic[]) => readonly Diagnostic[];
}

function checkValue(node: YamlNode, given: Schema, place: Place): void {
  if (place.inStep === undefined || given.$ref !== '#/$defs/step') return checkPlain(node, given, place);
  const found = place.inStep(node, () => {
    const own: Diagnostic[] = [];
    checkPlain(node, given, { name: place.name, found: own });
    return own;
  });
  for (const each of found) place.found.push(each);
}

function checkPlain(node: YamlNode, given: Schema, place: Place): void {
  const schema = resolveSchema(given);
  if (schema.anyOf !== undefined) return checkAnyOf(node, schema, schema.anyOf, place);
  if (!fits(node, schema)) return wrong(node, schema, place);
  if (node.kind === 'map') return checkMap(node.entries, node, schema, place);
  if (node.kind === 'list') {
    return checkList(node.items, node, schema, place);
  }
  checkScalar(node, schema, place);
}

function checkList(items: readonly YamlNode[], node: YamlNode, schema: Schema, { name, found }: Place): void {
  if ((schema.minItems ?? 0) > items.length) {
    found.push(finding('baton/missing', node.range, `${name} is an empty list: it needs at least one item.`));
  }
  const inside = { name: `An item of ${name}`, found };
  if (schema.items !== undefined) for (const item of items) checkValue(item, schema.items, inside);
}

/** The alternatives differ by kind of value, so the kind decides which one is meant. */
function checkAnyOf(node: YamlNode, schema: Schema, options: readonly Schema[], place: Place): void {
  const fitting = options.filter((option) => fits(node, option));
  const tried = fitting.map((option) => {
    const found: Diagnostic[] = [];
    checkValue(node, option, { ...place, found });
    return found;
  });
  if (tried.some((found) => found.length === 0)) return;
  const [only] = tried;
  if (tried.length === 1 && only !== undefined && node.kind !== 'scalar') place.found.push(...only);
  else wrong(node, schema, place);
}

function fits(node: YamlNode, given: Schema): boolean {
  const { anyOf, type } = resolveSchema(given);
  if (anyOf !== undefined) return anyOf.some((option) => fits(node, option));
  if (type === undefined) return true;
  const types: readonly SchemaType[] = typeof type === 'string' ? [type] : type;
  if (node.kind === 'map') return types.includes('object');
  if (node.kind === 'list') return types.includes('array');
  switch (typeof node.value) {
    case 'string':
      return types.includes('string');
    case 'number':
      if (!Number.isFinite(node.value)) return false;
      return types.includes('number') || (types.includes('integer') && Number.isInteger(node.value));
    case 'boolean':
      return types.includes('boolean');
    default:
      return false;
  }
}

function wrong(node: YamlNode, schema: Schema, { name, found }: Place): void {
  const expects = schema['x-expects'] ?? 'something else';
  if (isNothing(node)) {
    found.push(finding('baton/missing', node.range, `${name} has no value: it must be ${expects}.`));
    return;
  }
  if (node.kind === 'scalar' && isGlued(node) && fitsMap(schema)) {
    found.push(finding('baton/type', node.range, GLUED, { fixes: [apart(node)] }));
    return;
  }
  const is =
    node.kind === 'scalar' ? `"${node.text.slice(0, 60)}"` : node.kind === 'map' ? 'a map' : 'a list';
  found.push(finding('baton/type', firstLine(node), `${name} must be ${expects}; here it is ${is}.`));
}

/** A map could stand here. */
function fitsMap({ type, anyOf = [] }: Schema): boolean {
  return type === 'object' || anyOf.some((each) => resolveSchema(each).type === 'object');
}

/** A whole map or list underlined would hide everything else: its first entry is enough. */
function firstLine(node: YamlNode): { readonly start: number; readonly end: number } {
  if (node.kind === 'map' && node.entries[0] !== undefined) return node.entries[0].key.range;
  if (node.kind === 'list' && node.items[0] !== undefined) return firstLine(node.items[0]);
  return node.range;
}

function checkMap(entries: readonly YamlEntry[], node: YamlNode, schema: Schema, place: Place): void {
  const { properties = {}, additionalProperties } = schema;
  const meantAll = new Set<string>();
  for (const entry of entries) {
    const { key, value } = entry;
    const own = Object.hasOwn(properties, key.text) ? properties[key.text] : additionalProperties;
    if (own === false && isGlued(key)) {
      place.found.push(finding('baton/unknown-key', key.range, GLUED, { fixes: [apart(key)] }));
    } else if (own === false) {
      const { hint, fixes, native } = meant(entry, freeKeys(properties, entries), schema);
      if (native !== undefined) meantAll.add(native);
      const message = `${place.name} has no key "${key.text}".${hint}`;
      place.found.push(finding('baton/unknown-key', key.range, message, { fixes }));
    } else if (own !== undefined) checkValue(value, own, { ...place, name: nameOf(key, own) });
  }
  for (const name of schema.required ?? []) {
    if (meantAll.has(name) || entries.some(({ key }) => key.text === name)) continue;
    const message = `${place.name} needs "${name}".`;
    place.found.push(finding('baton/missing', entries.length === 0 ? node.range : firstLine(node), message));
  }
}

/** What is there already cannot have been meant. */
function freeKeys(
  properties: Readonly<Record<string, Schema>>,
  entries: readonly YamlEntry[],
): readonly string[] {
  const taken = new Set(entries.map(({ key }) => key.text));
  return Object.keys(properties).filter((name) => !taken.has(name));
}

function nameOf(key: YamlScalar, schema: Schema): string {
  return schema.$ref === '#/$defs/step' ? `Step "${key.text}"` : `"${key.text}"`;
}

/** `run:make`: YAML takes all of it for one text. */
function isGlued({ style, text }: YamlScalar): boolean {
  return style === 'plain' && /^[A-Za-z_]+:[^\s/]/.test(text);
}

const GLUED = 'A space is missing after the colon.';

function apart({ range, text }: YamlScalar): Fix {
  const at = range.start + text.indexOf(':') + 1;
  return { title: 'Add a space', edits: [{ range: { start: at, end: at }, newText: ' ' }] };
}

interface Meant {
  /** Begins with a space. */
  readonly hint: string;
  readonly fixes: readonly Fix[];
  /** The key that was meant, where that is certain. */
  readonly native?: string;
}

function meant({ key, value }: YamlEntry, free: readonly string[], schema: Schema): Meant {
  const native = nativeKey(key.text, free);
  if (native !== undefined && !isElse(native, value)) {
    return { hint: ` Did you mean "${native}"?`, fixes: [replacement(key.range, native)], native };
  }
  const where = placeOf(schema);
  const advice = where === undefined ? undefined : foreignAdvice(key.text, where);
  if (advice !== undefined) return { hint: ` ${advice}`, fixes: [] };
  const near = suggestion(key.text, free, key.range);
  const [fix] = near.fixes;
  if (fix !== undefined) return { ...near, native: fix.edits[0]?.newText ?? '' };
  if (near.hint !== '' || free.length === 0) return near;
  if (schema === WORKFLOW_SCHEMA && isStep(value))
    return { hint: ` Steps stand under \`steps\`: \`steps: { ${key.text}: … }\`.`, fixes: [] };
  return { hint: ` There is ${listed(free)}.`, fixes: [] };
}

/** `uses: actions/checkout@v4` names no file of this project, and a list of stages no step. */
function isElse(native: string, value: YamlNode): boolean {
  if (native === 'workflow') return value.kind === 'scalar' && !/\.ya?ml$/.test(value.text);
  return native === 'steps' && value.kind === 'list';
}

/** What other tools keep at the top, and Baton under `steps`. */
function isStep(value: YamlNode): boolean {
  if (value.kind !== 'map') return false;
  return value.entries.some(({ key: { text } }) => PROGRAMS.has(text));
}

const PROGRAMS: ReadonlySet<string> = new Set(['run', 'script', 'command', 'cmd', 'cmds']);

function placeOf(schema: Schema): ForeignPlace | undefined {
  if (schema === WORKFLOW_SCHEMA) return 'workflow';
  if (schema === WORKFLOW_SCHEMA.$defs['step']) return 'step';
  return schema === WORKFLOW_SCHEMA.properties?.['on'] ? 'on' : undefined;
}

function checkScalar(node: YamlScalar, schema: Schema, place: Place): void {
  const { value } = node;
  const number = typeof value === 'number' ? value : undefined;
  const tooSmall = number !== undefined && schema.minimum !== undefined && number < schema.minimum;
  const tooLarge = number !== undefined && schema.maximum !== undefined && number > schema.maximum;
  const unlike = schema.pattern !== undefined && !patternOf(schema.pattern).test(node.text);
  if (schema.enum !== undefined && value !== null && !schema.enum.includes(value))
    notAllowed(node, schema, place);
  else if (tooLarge)
    place.found.push(finding('baton/value', node.range, `${place.name} must be at most ${schema.maximum}.`));
  else if (tooSmall || unlike) wrong(node, schema, place);
}

/** The schema has a handful, and a file may have thousands of values to hold against them. */
const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) patterns.set(source, (pattern = new RegExp(source)));
  return pattern;
}

/** Nobody reads more choices than that in one message. */
const LONG_LIST = 12;

function notAllowed(node: YamlScalar, schema: Schema, { name, found }: Place): void {
  const allowed = (schema.enum ?? []).map(String);
  // `TERM` is short for `SIGTERM`.
  const ends = allowed.filter((each) => each.toLowerCase().endsWith(node.text.toLowerCase()));
  const candidates = ends.length === 1 && node.text !== '' ? ends : allowed;
  const { hint, fixes } =
    candidates === ends
      ? { hint: ` Did you mean "${ends[0]}"?`, fixes: [replacement(node.range, ends[0] ?? '')] }
      : suggestion(node.text, allowed, node.range);
  const expects = allowed.length > LONG_LIST ? (schema['x-expects'] ?? '') : `one of ${allowed.join(', ')}`;
  const message = `${name} must be ${expects}; here it is "${node.text.slice(0, 60)}".${hint}`;
  found.push(finding('baton/value', node.range, message, { fixes }));
}
