import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';

/**
 * A cron expression, read (rule T1). Lists are sorted; a table has a 1 for every number that is meant.
 *
 * Five fields (minute, hour, day of month, month, day of week), or six with seconds before them; names of months and
 * days, ranges that may lead over the end (`22-2`, `fri-mon`), lists, steps, `?` for any day, `L` for the last day of the
 * month (`L-2` two days before), `5L` for its last Friday, `5#2` for its second Friday, `H` for a number made of the
 * seed, the same each time, so that many schedules do not all begin at once (`H(0-29)`, `H/15`).
 */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: Uint8Array;
  /** Days before the last one of the month: `L` is 0. */
  readonly lastDays: readonly number[];
  readonly months: Uint8Array;
  readonly weekdays: Uint8Array;
  readonly nthWeekdays: readonly { readonly weekday: number; readonly nth: number }[];
  readonly lastWeekdays: readonly number[];
  /** No day of the month is named; none of the week is. Where both are, a day has to be one of either (T1). */
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
  /** `*` or a step stands in hour or minute: it keeps its beat through changes of the clock (T2). */
  readonly keepsBeat: boolean;
}

/** What is wrong with an expression, and where in it. */
export interface CronProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** What was meant, to put in that place. */
  readonly suggestion?: string;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const SECOND: Field = { name: 'second', low: 0, high: 59 };
const MINUTE: Field = { name: 'minute', low: 0, high: 59 };
const HOUR: Field = { name: 'hour', low: 0, high: 23 };
const DAY: Field = { name: 'day of month', low: 1, high: 31 };
const MONTH: Field = { name: 'month', low: 1, high: 12, names: MONTHS };
/** 7 is Sunday, too. */
const WEEKDAY: Field = { name: 'day of week', low: 0, high: 7, names: WEEKDAYS };

/** Leaves the reader from whatever depth; nobody outside of this file sees it. */
class Wrong extends Error {
  readonly problem: CronProblem;

  constructor(problem: CronProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Reads an expression. `seed` is what `H` is made of. */
export function parseCron(text: string, seed = ''): Result<Cron, CronProblem> {
  try {
    return ok(read(text, seed));
  } catch (error) {
    if (error instanceof Wrong) return err(error.problem);
    throw error;
  }
}

interface Word {
  readonly text: string;
  readonly start: number;
}

function read(text: string, seed: string): Cron {
  const words = [...text.matchAll(/\S+/g)].map((found): Word => ({ text: found[0], start: found.index }));
  const [first] = words;
  if (first?.text.startsWith('@') === true) return read(aliasOf(first, words.length), seed);
  if (words.length !== 5 && words.length !== 6) {
    const count = `${words.length} ${words.length === 1 ? 'field' : 'fields'}`;
    throw new Wrong({
      message: `A cron expression has five fields: minute, hour, day of month, month, day of week (and seconds before them, if you like). This one has ${count}.`,
      start: 0,
      end: text.length,
    });
  }
  const at = words.length - 5;
  const word = (i: number): Word => words[at + i] ?? { text: '*', start: 0 };
  const set = (field: Field, from: Word) => new FieldReader(field, from, seed).read();
  const seconds = at === 1 ? set(SECOND, words[0] ?? word(0)) : undefined;
  const [minutes, hours, days, months, weekdays] = [
    set(MINUTE, word(0)),
    set(HOUR, word(1)),
    set(DAY, word(2)),
    set(MONTH, word(3)),
    set(WEEKDAY, word(4)),
  ];
  if (weekdays.table[7] === 1) weekdays.table[0] = 1;
  return {
    seconds: seconds === undefined ? [0] : listOf(seconds.table),
    minutes: listOf(minutes.table),
    hours: listOf(hours.table),
    days: days.table,
    lastDays: days.last,
    months: months.table,
    weekdays: weekdays.table.slice(0, 7),
    nthWeekdays: weekdays.nth,
    lastWeekdays: weekdays.last,
    anyDay: /^[*?]/.test(word(2).text),
    anyWeekday: /^[*?]/.test(word(4).text),
    keepsBeat: /[*/]/.test(word(0).text) || /[*/]/.test(word(1).text),
  };
}

function aliasOf({ text, start }: Word, words: number): string {
  const meant = ALIASES.get(text.toLowerCase());
  if (meant !== undefined && words === 1) return meant;
  const near = nearest(text.toLowerCase(), ALIASES.keys());
  const message =
    words > 1
      ? `\`${text}\` stands for all of an expression: nothing may follow it.`
      : `There is no "${text}". There is ${[...ALIASES.keys()].join(', ')}.`;
  throw new Wrong({
    message,
    start,
    end: start + text.length,
    ...(near !== undefined && words === 1 && { suggestion: near }),
  });
}

function listOf(table: Uint8Array): number[] {
  const list: number[] = [];
  for (const [i, isIn] of table.entries()) if (isIn === 1) list.push(i);
  return list;
}

/** Reads one field: parts between commas. */
class FieldReader {
  readonly table: Uint8Array;
  readonly last: number[] = [];
  readonly nth: { weekday: number; nth: number }[] = [];
  readonly #field: Field;
  readonly #word: Word;
  readonly #seed: string;

  constructor(field: Field, word: Word, seed: string) {
    this.#field = field;
    this.#word = word;
    this.#seed = seed;
    this.table = new Uint8Array(field.high + 1);
  }

  read(): this {
    let start = this.#word.start;
    for (const text of this.#word.text.split(',')) {
      this.#part({ text, start });
      start += text.length + 1;
    }
    return this;
  }

  #part(part: Word): void {
    const { low, high, name } = this.#field;
    if (part.text === '')
      this.#wrong(
        { text: ',', start: Math.max(this.#word.start, part.start - 1) },
        `A value is missing in the ${name}: nothing stands beside a comma.`,
      );
    if (part.text === '?') {
      if (this.#field !== DAY && this.#field !== WEEKDAY)
        this.#wrong(part, `\`?\` means any day: in the ${name} write \`*\`.`, '*');
      return this.#fill(low, high, 1);
    }
    if (this.#special(part)) return;
    const [range = '', step, ...more] = part.text.split('/');
    if (more.length > 0) this.#wrong(part, `One step is enough: \`${part.text}\` has several.`);
    const every = step === undefined ? 1 : this.#step({ text: step, start: part.start + range.length + 1 });
    if (/^h/i.test(range))
      return this.#hashed({ text: range, start: part.start }, step === undefined ? undefined : every);
    const [from, to] = this.#bounds({ text: range, start: part.start }, step !== undefined);
    if (from <= to) return this.#fill(from, to, every);
    // Over the end: `22-2`, `fri-mon`.
    const size = high - low + (this.#field === WEEKDAY ? 0 : 1);
    for (let i = from; i <= to + size; i += every) this.table[low + ((i - low) % size)] = 1;
  }

  #fill(from: number, to: number, every: number): void {
    for (let i = from; i <= to; i += every) this.table[i] = 1;
  }

  /** `L`, `L-3`, `5L`, `fri#2`. True where it is one of them. */
  #special(part: Word): boolean {
    const { text, start } = part;
    if (this.#field === DAY && /^l(-|$)/i.test(text)) {
      const before = text.length === 1 ? 0 : this.#number({ text: text.slice(2), start: start + 2 }, 0, 30);
      this.last.push(before);
      return true;
    }
    if (this.#field !== WEEKDAY) return false;
    const hash = text.indexOf('#');
    if (hash >= 0) {
      const weekday = this.#value({ text: text.slice(0, hash), start }) % 7;
      this.nth.push({
        weekday,
        nth: this.#number({ text: text.slice(hash + 1), start: start + hash + 1 }, 1, 5),
      });
      return true;
    }
    if (!/^(?:[0-7]|[a-z]{3})l$/i.test(text)) return false;
    this.last.push(this.#value({ text: text.slice(0, -1), start }) % 7);
    return true;
  }

  #bounds(range: Word, hasStep: boolean): [number, number] {
    const { low, high } = this.#field;
    if (range.text === '*') return [low, this.#field === WEEKDAY ? 6 : high];
    const dash = range.text.indexOf('-', 1);
    if (dash < 0) {
      const value = this.#value(range);
      return [value, hasStep ? (this.#field === WEEKDAY ? 6 : high) : value];
    }
    return [
      this.#value({ text: range.text.slice(0, dash), start: range.start }),
      this.#value({ text: range.text.slice(dash + 1), start: range.start + dash + 1 }),
    ];
  }

  #step(step: Word): number {
    return this.#number(step, 1, Math.max(this.#field.high, 59), 'step');
  }

  #value(word: Word): number {
    const { low, high, names } = this.#field;
    const name = names?.indexOf(word.text.toLowerCase()) ?? -1;
    if (name >= 0) return name + low;
    if (names !== undefined && /^[a-z]+$/i.test(word.text)) {
      const near =
        nearest(word.text.toLowerCase(), names) ??
        names.find((each) => word.text.toLowerCase().startsWith(each));
      this.#wrong(word, `"${word.text}" is no ${this.#field.name}: there is ${names.join(', ')}.`, near);
    }
    return this.#number(word, low, high);
  }

  #number(word: Word, low: number, high: number, what = this.#field.name): number {
    const value = /^\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
    if (value >= low && value <= high) return value;
    if (word.text === '') this.#wrong(word, `A number is missing in the ${this.#field.name}.`);
    const limits = `from ${low} to ${high}`;
    return this.#wrong(word, `The ${what} is a number ${limits}; here it is "${word.text}".`);
  }

  /** `H`, `H(0-29)`, and with a step a beat that begins somewhere. */
  #hashed(range: Word, every: number | undefined): void {
    const { low, high, name } = this.#field;
    const within = /^h(?:\((\d+)-(\d+)\))?$/i.exec(range.text);
    if (within === null)
      this.#wrong(range, `\`${range.text}\` is not understood: write \`H\`, \`H(0-29)\` or \`H/15\`.`);
    const from = Number(within?.[1] ?? low);
    // Every month has the first 28 days.
    const to = Number(within?.[2] ?? (this.#field === DAY ? 28 : this.#field === WEEKDAY ? 6 : high));
    if (from < low || to > high || from > to)
      this.#wrong(range, `The range of \`H\` lies between ${low} and ${high} in the ${name}.`);
    const hash = hashOf(`${this.#seed} ${name}`);
    if (every === undefined) {
      this.table[from + (hash % (to - from + 1))] = 1;
      return;
    }
    this.#fill(from + (hash % Math.min(every, to - from + 1)), to, every);
  }

  #wrong({ text, start }: Word, message: string, suggestion?: string): never {
    const end = start + Math.max(text.length, 1);
    throw new Wrong({ message, start, end, ...(suggestion !== undefined && { suggestion }) });
  }
}

/** FNV-1a, 32 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
