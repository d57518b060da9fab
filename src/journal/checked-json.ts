import { crc32 } from '../base/crc32.ts';

/** `,"crc":"0123abcd"}` at the end guards the text before it. */
const CRC_LENGTH = 18;

/** An object as one line of JSON that carries its own checksum, so that a flipped bit is never taken for a fact. */
export function checkedJson(value: object): string {
  const json = JSON.stringify(value).slice(0, -1);
  return `${json},"crc":"${checksum(json)}"}`;
}

/** What `checkedJson` was given, without the checksum; undefined for any other text. */
export function parseChecked(text: string): unknown {
  const json = text.slice(0, -CRC_LENGTH);
  if (text.slice(-CRC_LENGTH) !== `,"crc":"${checksum(json)}"}`) return undefined;
  try {
    return JSON.parse(`${json}}`);
  } catch {
    return undefined; // Somebody else's text with a checksum that fits.
  }
}

function checksum(json: string): string {
  return crc32(Buffer.from(json)).toString(16).padStart(8, '0');
}
