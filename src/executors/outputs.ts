import fs from 'node:fs';
import path from 'node:path';
import { emptyRecord } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { LargeValue } from '../model/attempt.ts';

/** Above this a value is kept as a file, and passed by reference (rule V5). */
const LARGEST_INLINE_BYTES = 256 * 1024;
/** Above this it is an error (rule V5). */
const LARGEST_VALUE_BYTES = 64 * 1024 * 1024;
/** Several values may be large; what does not fit into memory several times over is refused unread. */
const LARGEST_FILE_BYTES = 256 * 1024 * 1024;

/** Where large values go: a folder, and what their files' names begin with. */
export interface ValuePlace {
  readonly folder: string;
  readonly name: string;
  /** Takes secrets out of values. */
  readonly mask?: ((text: string) => string) | undefined;
}

export interface Outputs {
  readonly outputs: Record<string, string>;
  readonly large?: Record<string, LargeValue>;
}

/** Reads what an attempt appended to its `$BATON_OUTPUT` (rule V5). No file means no outputs. */
export function readOutputs(file: string, values: ValuePlace): Result<Outputs, string> {
  let bytes: Buffer;
  try {
    // Most steps write none: asking first is cheaper than an exception.
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return ok({ outputs: emptyRecord() });
    if (stat.size > LARGEST_FILE_BYTES) return err('$BATON_OUTPUT holds more than 256 MiB');
    bytes = fs.readFileSync(file);
  } catch (error) {
    return err(`$BATON_OUTPUT could not be read: ${(error as Error).message}`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return err('$BATON_OUTPUT is not UTF-8 text');
  }
  const parsed = parseOutputs(values.mask === undefined ? text : values.mask(text));
  return parsed.ok ? putAside(parsed.value, values) : parsed;
}

/** Values above 256 KiB become files; their names stay. */
function putAside(outputs: Record<string, string>, { folder, name }: ValuePlace): Result<Outputs, string> {
  const large = emptyRecord<LargeValue>();
  for (const [key, value] of Object.entries(outputs)) {
    if (value.length * 3 <= LARGEST_INLINE_BYTES) continue;
    const bytes = Buffer.byteLength(value);
    if (bytes > LARGEST_VALUE_BYTES)
      return err(`output "${key}" is larger than 64 MiB: publish the path of a file instead`);
    if (bytes <= LARGEST_INLINE_BYTES) continue;
    const file = `${name}.${Object.keys(large).length + 1}.txt`;
    try {
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, file), value);
    } catch (error) {
      return err(`output "${key}" could not be kept: ${(error as Error).message}`);
    }
    large[key] = { file, bytes };
    delete outputs[key];
  }
  return ok(Object.keys(large).length === 0 ? { outputs } : { outputs, large });
}

/** Parses lines `name=value` and blocks `name<<DELIMITER … DELIMITER`. A later value of one name replaces an earlier. */
export function parseOutputs(text: string): Result<Record<string, string>, string> {
  const outputs = emptyRecord<string>();
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = withoutCarriageReturn(lines[i] ?? '');
    if (line === '') continue;
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    const equals = line.indexOf('=');
    if (block?.[1] !== undefined && block[2] !== undefined) {
      const end = endOfBlock(lines, i + 1, block[2]);
      if (end === undefined)
        return err(`line ${i + 1} of $BATON_OUTPUT opens "${block[1]}", but "${block[2]}" never closes it`);
      outputs[block[1].trim()] = lines.slice(i + 1, end).join('\n');
      i = end;
    } else if (equals > 0) {
      outputs[line.slice(0, equals).trim()] = line.slice(equals + 1);
    } else {
      return err(`line ${i + 1} of $BATON_OUTPUT must be "name=value", but it is "${line.slice(0, 80)}"`);
    }
  }
  return ok(outputs);
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function endOfBlock(lines: readonly string[], from: number, delimiter: string): number | undefined {
  for (let i = from; i < lines.length; i++) if (withoutCarriageReturn(lines[i] ?? '') === delimiter) return i;
  return undefined;
}
