import fs from 'node:fs';
import { emptyRecord } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

/** Above this an output is refused (rule V5). Values kept as files come with the issue on large values. */
const LARGEST_VALUE_BYTES = 256 * 1024;
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

/** Reads what an attempt appended to its `$BATON_OUTPUT` (rule V5). No file means no outputs. */
export function readOutputs(file: string): Result<Record<string, string>, string> {
  let bytes: Buffer;
  try {
    // Most steps write none: asking first is cheaper than an exception.
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return ok(emptyRecord());
    if (stat.size > LARGEST_FILE_BYTES) return err('$BATON_OUTPUT holds more than 64 MiB');
    bytes = fs.readFileSync(file);
  } catch (error) {
    return err(`$BATON_OUTPUT could not be read: ${(error as Error).message}`);
  }
  try {
    return parseOutputs(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return err('$BATON_OUTPUT is not UTF-8 text');
  }
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
  return tooLarge(outputs) ?? ok(outputs);
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function endOfBlock(lines: readonly string[], from: number, delimiter: string): number | undefined {
  for (let i = from; i < lines.length; i++) if (withoutCarriageReturn(lines[i] ?? '') === delimiter) return i;
  return undefined;
}

function tooLarge(outputs: Record<string, string>): Result<never, string> | undefined {
  for (const [name, value] of Object.entries(outputs)) {
    if (value.length * 3 > LARGEST_VALUE_BYTES && Buffer.byteLength(value) > LARGEST_VALUE_BYTES) {
      return err(`output "${name}" is larger than 256 KiB: write it to a file and publish the file's path`);
    }
  }
  return undefined;
}
