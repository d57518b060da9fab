/** ECMA-48: control sequences, operating system commands, and the short ones. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex -- they begin with the escape character
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;

/** Text as it reads without its colours, links and movements of the cursor. */
export function withoutEscapes(text: string): string {
  return text.includes('\u001B') ? text.replaceAll(ESCAPES, '') : text;
}
