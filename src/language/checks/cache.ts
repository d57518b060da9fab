import { hasExpression } from '../../expression/template.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { finding } from '../findings.ts';
import { entryOf, valueOf, type YamlEntry, type YamlNode, type YamlScalar } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** The globs of a `cache` can match something. */
export function checkCaches({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap(({ node }) => {
    const cache = valueOf(node, 'cache');
    return ['inputs', 'outputs'].flatMap((field) => checkGlobs(entryOf(cache, field)));
  });
}

function checkGlobs(entry: YamlEntry | undefined): readonly Diagnostic[] {
  if (entry === undefined) return [];
  const globs = globsIn(entry.value);
  const known = globs.filter(({ text }) => !hasExpression(text));
  const onlyLeavesOut = globs.length > 0 && globs.every(({ text }) => text.startsWith('!'));
  return [
    ...known.filter(({ text }) => leadsOut(text)).map(outside),
    ...(onlyLeavesOut ? [onlyNegative(entry)] : []),
  ];
}

function globsIn(node: YamlNode): readonly YamlScalar[] {
  if (node.kind === 'scalar') return [node];
  return node.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : [];
}

function leadsOut(glob: string): boolean {
  return /^!?(?:[\\/]|[A-Za-z]:)/.test(glob) || glob.replace(/^!/, '').split('/').includes('..');
}

function outside({ text, range }: YamlScalar): Diagnostic {
  const message = `"${text.slice(0, 60)}" leads out of the project's folder, and files are looked for only in there: write a path that begins at that folder.`;
  return finding('baton/value', range, message);
}

function onlyNegative({ key }: YamlEntry): Diagnostic {
  const message = `"${key.text}" only leaves files out: name those to take in before, for instance "**".`;
  return finding('baton/value', key.range, message);
}
