import { lineStartAt } from '../../base/lines.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { inFile } from '../expression-uses.ts';
import { finding } from '../findings.ts';
import type { CheckContext } from './check.ts';

/** `echo` with a secret in it, and nothing that takes what it prints. Baton masks it; other programs' copies it cannot. */
export function checkSecretPrinted({ text, uses, workflow }: CheckContext): readonly Diagnostic[] {
  const secrets = new Set(workflow.inputs.filter(({ secret }) => secret).map(({ name }) => name));
  if (secrets.size === 0) return [];
  return uses.expressions.flatMap((use) => {
    if (!use.parsed.ok || use.field !== 'run') return [];
    return use.parsed.value.references.flatMap(({ path: [root, name = ''], range }) => {
      const at = inFile(use, range);
      if (root !== 'inputs' || !secrets.has(name) || !isPrinted(text, at.start)) return [];
      const message = `This prints the secret "${name}": hand it to a program through \`env\` instead.`;
      return [finding('baton/secret-printed', at, message, { severity: 'warning' })];
    });
  });
}

function isPrinted(text: string, offset: number): boolean {
  const start = lineStartAt(text, offset);
  const newline = text.indexOf('\n', offset);
  const line = text.slice(start, newline < 0 ? text.length : newline);
  const command = /(?:^|run:)\s*(?:\|\s*)?(?:["']\s*)?(echo|printf)\s/.exec(line);
  return command !== null && !/[|><]/.test(line.slice(command.index + command[0].length));
}
