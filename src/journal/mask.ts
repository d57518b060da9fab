import { recordFrom, type Json } from '../base/json.ts';

/** Takes secrets out of whatever is shown or kept (rule V7): each form of a secret becomes `***`. */
export interface Masker {
  text(text: string): string;
  /** Every text in a value, keys too. */
  json<T extends Json>(value: T): T;
  /** For bytes that come in pieces: what may be the beginning of a secret is held back until it is known. */
  stream(): MaskStream;
}

export interface MaskStream {
  /** What can be said now. */
  write(chunk: Uint8Array): Uint8Array;
  /** The rest. */
  end(): Uint8Array;
}

const MASK = '***';

/** A shorter text is found everywhere by chance, and masking it would leave nothing to read. */
export const SHORTEST_SECRET = 3;
/** The same for one line of a secret of several lines. */
const SHORTEST_LINE = 4;

/** Undefined where there is nothing to hide. */
export function maskerOf(secrets: Iterable<string>): Masker | undefined {
  const forms = new Set<string>();
  for (const secret of secrets) for (const form of formsOf(secret)) forms.add(form);
  return forms.size === 0 ? undefined : new FormsMasker([...forms]);
}

/** A secret as it is, its lines, and as base64, URL, JSON and shell write it. */
function formsOf(secret: string): readonly string[] {
  if (secret.trim().length < SHORTEST_SECRET) return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= SHORTEST_LINE);
  const whole = [secret, ...(lines.length > 1 || lines[0] !== secret ? lines : [])];
  return whole.flatMap((text) => [text, ...written(text)]);
}

/** JSON in plain ASCII, as Python and PHP write it; digits of the code may be small or large. */
function asciiJson(json: string): readonly string[] {
  if (!/[\u0080-\uFFFF]/.test(json)) return [];
  const small = json.replace(
    /[\u0080-\uFFFF]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const large = small.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`);
  // PHP escapes slashes, too.
  return [small, large, small.replaceAll('/', '\\/')];
}

function written(text: string): readonly string[] {
  const url = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
  // As other languages write it: Python's quote, and forms.
  const strict = url.replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const paths = [url, strict, strict.replaceAll('%7E', '~')];
  const urls = [...paths, ...paths.map((each) => each.replaceAll('%2F', '/'))].flatMap((each) => [
    each,
    each.replaceAll('%20', '+'),
  ]);
  const json = JSON.stringify(text).slice(1, -1);
  const base64 = base64Forms(text);
  const ascii = asciiJson(json);
  const forms = [
    json,
    JSON.stringify(json).slice(1, -1),
    ...ascii,
    ...ascii.map((each) => JSON.stringify(each).slice(1, -1)),
    ...urls,
    ...urls.map((each) => each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    text.replaceAll("'", "'\\''"),
    ...base64,
    ...wrappedLines(text),
  ];
  return forms.filter((form) => form.length >= SHORTEST_SECRET);
}

/**
 * Base64 writes three bytes as four characters, so the same bytes look different by where they begin. Of each of the
 * three ways, the characters that no neighbour has a part in; and to the end, for where nothing comes behind.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const own = padded.slice(first, Math.floor(((shift + bytes.length) * 8) / 6));
    if (own.length < SHORTEST_LINE) return [];
    const forms = [own, padded.slice(first).replace(/=+$/, ''), padded.slice(first)];
    return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
  });
}

/** Where tools break lines of base64: MIME (RFC 2045) and PEM (RFC 7468). */
const WRAPS = [76, 64] as const;

/** The lines of a long secret's base64, by itself or with a line break behind it, as `base64` prints them. */
function wrappedLines(text: string): readonly string[] {
  return [text, `${text}\n`].flatMap((each) => {
    const whole = Buffer.from(each).toString('base64');
    return WRAPS.flatMap((width) => {
      if (whole.length <= width) return [];
      const count = Math.ceil(whole.length / width);
      const lines = Array.from({ length: count }, (_, i) => whole.slice(i * width, (i + 1) * width));
      return lines.filter((line) => line.length >= SHORTEST_LINE);
    });
  });
}

class FormsMasker implements Masker {
  readonly #texts: RegExp;
  readonly #bytes: ByteForms;

  constructor(forms: readonly string[]) {
    this.#texts = anyOf(forms);
    this.#bytes = byteForms(forms);
  }

  text(text: string): string {
    return text.replace(this.#texts, MASK);
  }

  json<T extends Json>(value: T): T {
    return this.#any(value) as T; // the same shape, with other texts
  }

  #any(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each: Json) => this.#any(each));
    return recordFrom(Object.entries(value).map(([key, each]) => [this.text(key), this.#any(each)] as const));
  }

  stream(): MaskStream {
    return new FormsStream(this.#bytes);
  }
}

/** Bytes as text of one character each, so that expressions can look for them. */
interface ByteForms {
  readonly any: RegExp;
  readonly longest: number;
  /** By the first character, to find out quickly what may be a beginning. */
  readonly byFirst: ReadonlyMap<string, readonly string[]>;
}

function byteForms(forms: readonly string[]): ByteForms {
  const bytes = forms.map((form) => Buffer.from(form, 'utf8').toString('latin1'));
  const byFirst = new Map<string, string[]>();
  for (const form of bytes) {
    const known = byFirst.get(form.charAt(0));
    if (known === undefined) byFirst.set(form.charAt(0), [form]);
    else known.push(form);
  }
  return { any: anyOf(bytes), longest: Math.max(...bytes.map((form) => form.length)), byFirst };
}

/** Of several forms that begin at one place, the longest. */
function anyOf(forms: readonly string[]): RegExp {
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

class FormsStream implements MaskStream {
  readonly #forms: ByteForms;
  #held = '';

  constructor(forms: ByteForms) {
    this.#forms = forms;
  }

  write(chunk: Uint8Array): Uint8Array {
    const text =
      this.#held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    const open = this.#openFrom(text);
    const { any } = this.#forms;
    const told: string[] = [];
    let at = 0;
    any.lastIndex = 0;
    for (let found = any.exec(text); found !== null && found.index < open; found = any.exec(text)) {
      told.push(text.slice(at, found.index), MASK);
      at = any.lastIndex;
    }
    const end = Math.max(at, open);
    told.push(text.slice(at, end));
    this.#held = text.slice(end);
    return Buffer.from(told.join(''), 'latin1');
  }

  end(): Uint8Array {
    const rest = this.#held.replace(this.#forms.any, MASK);
    this.#held = '';
    return Buffer.from(rest, 'latin1');
  }

  /** Where the first secret may begin whose end has not come yet. */
  #openFrom(text: string): number {
    const { longest, byFirst } = this.#forms;
    for (let i = Math.max(0, text.length - longest + 1); i < text.length; i++) {
      const left = text.length - i;
      for (const form of byFirst.get(text.charAt(i)) ?? []) {
        if (form.length > left && form.startsWith(text.slice(i))) return i;
      }
    }
    return text.length;
  }
}
