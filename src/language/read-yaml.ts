import { CST, Lexer, Parser } from 'yaml';
import type { Range } from '../base/lines.ts';
import { readComposed } from './read-composed.ts';
import { readPlain, type Decode } from './read-plain.ts';
import type { YamlNode } from './tree.ts';
import { isTooLarge, LexemeCount, PASSED, YAML_LIMITS } from './yaml-limits.ts';
import { at, LimitPassed, refused, STYLES, type ReadYaml } from './yaml-reading.ts';

export type { ReadYaml } from './yaml-reading.ts';

/** Text to tree. However broken the text is: whatever can be read is read, and what is wrong is told. */
export function readYaml(text: string): ReadYaml {
  return read(text, ({ tokens }) => plainRoot(tokens));
}

/** The same without the short way for plain texts, which the tests hold against it. */
export function readAnyYaml(text: string): ReadYaml {
  return read(text, () => undefined);
}

function read(text: string, shortWay: (parsed: Parsed) => YamlNode | undefined): ReadYaml {
  if (isTooLarge(text)) return refused({ message: PASSED.size, range: startOf(text) });
  try {
    const parsed = parse(text);
    const plain = shortWay(parsed);
    return plain === undefined ? readComposed(text, parsed.tokens) : { root: plain, diagnostics: [] };
  } catch (error) {
    if (error instanceof LimitPassed) return refused(error.limit);
    throw error;
  }
}

function startOf(text: string): Range {
  return { start: 0, end: Math.min(1, text.length) };
}

/** After so many errors the text is something else than YAML. */
const MOST_TROUBLES = 1000;

/** What the library's parser makes of a text: comments and white space around one document, if all is well. */
interface Parsed {
  readonly tokens: readonly CST.Token[];
}

/** Reads tokens, with an eye on the limits while it goes on. What comes after a second document begins is left out. */
function parse(text: string): Parsed {
  if (text.length > SHORTEST_BOMB) countFirst(text);
  const parser = new Parser();
  const count = new LexemeCount();
  const tokens: CST.Token[] = [];
  let errors = 0;
  let documents = 0;
  const take = (token: CST.Token) => {
    tokens.push(token);
    if (token.type === 'error' || token.type === 'directive') errors++;
    if (token.type === 'document') documents++;
  };
  for (const lexeme of new Lexer().lex(text)) {
    const passed = count.take(lexeme, parser.stack.length);
    if (passed !== undefined)
      throw new LimitPassed({ message: PASSED[passed], range: at(parser.offset, text) });
    for (const token of parser.next(lexeme)) take(token);
    if (errors > MOST_TROUBLES || documents > 1) break;
  }
  for (const token of parser.end()) take(token);
  return { tokens };
}

/** Even the shortest value has something between it and the next. */
const SHORTEST_BOMB = 2 * YAML_LIMITS.nodes;

/** Where there may be too many values, they are counted before anything is built of them: in a fifth of the time, and no memory. */
function countFirst(text: string): void {
  const count = new LexemeCount();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const passed = count.take(lexeme, 0);
    if (passed !== undefined) throw new LimitPassed({ message: PASSED[passed], range: at(offset, text) });
    if (!MARKS.has(lexeme)) offset += lexeme.length;
  }
}

/** What the lexer says beside the text itself: the start of a document, the end of a flow, a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

const AROUND_A_DOCUMENT: ReadonlySet<string> = new Set(['byte-order-mark', 'comment', 'newline', 'space']);

function plainRoot(tokens: readonly CST.Token[]): YamlNode | undefined {
  const others = tokens.filter(({ type }) => !AROUND_A_DOCUMENT.has(type));
  const [document] = others;
  if (others.length !== 1 || document?.type !== 'document') return undefined;
  return readPlain(document, decode);
}

const decode: Decode = (token) => {
  let isBroken = false;
  // What is decoded came from the same parser, as a scalar; the short way has no names for the library's types.
  const scalar = CST.resolveAsScalar(token as CST.FlowScalar | CST.BlockScalar, true, () => {
    isBroken = true;
  });
  const style = STYLES[scalar.type ?? ''];
  return isBroken || style === undefined ? undefined : { text: scalar.value, style, end: scalar.range[1] };
};
