/** What the YAML library found wrong: its code, and its own words, which are for those who know its insides. */
export interface YamlTrouble {
  readonly code: string;
  readonly message: string;
}

/** Where the trouble stands: its line, and what of it comes before. */
export interface TroubleLine {
  readonly line: string;
  readonly before: string;
}

/** Says in plain English what is wrong with a text, and what to do about it. */
export function explainYaml({ code, message }: YamlTrouble, { line, before }: TroubleLine): string {
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/.test(line))
    return 'This is the mark of a merge conflict: keep one of the two sides, and take the marks away.';
  if (code === 'UNEXPECTED_TOKEN' && /["']\s*$/.test(before)) return AFTER_QUOTE;
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && /^\s*-\s/.test(line)) return ITEM_BESIDE_KEYS;
  const [, said] = BY_MESSAGE.find(([pattern]) => pattern.test(message)) ?? [];
  return said ?? BY_CODE[code] ?? `This is not YAML: ${message}`;
}

const AFTER_QUOTE =
  'The text ended with the quote before this. A quote inside of a text is written `\\"` between double quotes, and doubled between single ones.';
const ITEM_BESIDE_KEYS =
  'An item of a list cannot stand beside the keys of a map: the list begins on the line after its own key.';

/** One code stands for many things; where the library's words tell them apart, so do these. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [
    /^Implicit map keys need to be followed/,
    'This line has no colon. A line in a map is `key: value`; in a list it is `- value`.',
  ],
  [
    /^Comments must be separated/,
    'Put a space before the `#`, or quotes around the text if it is no comment.',
  ],
  [/^Missing , (or : )?between/, 'A comma is missing before this.'],
  [/^Missing space after :/, 'Put a space after the colon.'],
  [
    /^Sequence item without - indicator/,
    'The items of a list all begin with `- `: this line does not. Indent it if it belongs to the item above.',
  ],
  [/directives-end/, 'Lines that begin with `%` are YAML directives; a workflow needs none. Take it away.'],
  [
    /^Not a YAML token|^Block scalar header includes extra/,
    'The text begins on the line after `|` or `>`, not beside it.',
  ],
  [/^Block scalar/, 'Every line of this text must be indented at least as far as its first line.'],
  [/^Unexpected , in|^Unexpected empty item/, 'There is a comma too many.'],
  [/^Unexpected flow-(map|seq)-end|^Unexpected (map|seq)-end/, 'This bracket closes nothing: take it away.'],
  [
    /^Nested mappings are not allowed/,
    'A map cannot begin on the same line as its key. Put the value in quotes if it is a text with ": " in it; or the line below is indented too far.',
  ],
  [/same line with key/, 'A list begins on the line after its key, not beside it.'],
];

const BY_CODE: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'An alias (`*name`) stands alone: take the anchor or tag before it away.',
  BAD_ALIAS: 'This alias or anchor has no proper name. If it is meant as text, put it in quotes.',
  BAD_DIRECTIVE: 'Lines that begin with `%` are YAML directives; a workflow needs none. Take it away.',
  BAD_DQ_ESCAPE:
    'A backslash in double quotes begins an escape, and this one does not exist. Write `\\\\` for a backslash, or use single quotes.',
  BAD_INDENT:
    'The indentation does not fit: keys of one map, and items of one list, start in the same column.',
  BAD_PROP_ORDER: 'Anchors and tags stand after the `-`, `?` or `:`.',
  BAD_SCALAR_START: 'Text cannot begin with this character unless it is in quotes.',
  BAD_COLLECTION_TYPE: 'Tags (`!…`) mean nothing in a workflow: take it away.',
  BLOCK_AS_IMPLICIT_KEY:
    'A value cannot begin a new map or list on the same line as its key: put it on lines of its own, or in quotes if it is text.',
  BLOCK_IN_FLOW:
    'Between brackets a comma stands before every further entry, and lists and maps have brackets of their own.',
  KEY_OVER_1024_CHARS: 'A key may have at most 1024 characters. Is a colon missing before?',
  MISSING_CHAR: 'Something is missing here: a quote, a bracket, a comma, or the space after a colon.',
  MULTILINE_IMPLICIT_KEY: 'A key stands on one line and ends with a colon. Is the colon missing here?',
  MULTIPLE_ANCHORS: 'A value has at most one anchor.',
  MULTIPLE_DOCS: 'A workflow file holds one document: take away everything from this `---` on.',
  MULTIPLE_TAGS: 'Tags (`!…`) mean nothing in a workflow: take them away.',
  RESOURCE_EXHAUSTION: 'Values are nested too deeply here.',
  TAB_AS_INDENT: 'YAML does not allow tabs for indentation: use spaces.',
  TAG_RESOLVE_FAILED: 'Tags (`!…`) mean nothing in a workflow: take it away, or put the text in quotes.',
  UNEXPECTED_TOKEN: 'This is not expected here. If it is meant as text, put it in quotes.',
};
