import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createRegistryFromGrammars } from 'vscode-tmgrammar-test/dist/common/index.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Contribution {
  readonly scopeName: string;
  readonly path: string;
  readonly injectTo: string[];
}

/** The editor's own grammar for YAML (see the folder's README). */
const YAML = ['yaml', 'yaml-1.2', 'yaml-embedded'].map((name) => {
  const file = path.join(import.meta.dirname, `yaml/${name}.tmLanguage.json`);
  const content = readFileSync(file, 'utf8');
  const { scopeName } = JSON.parse(content) as { readonly scopeName: string }; // checked by the registry
  return { grammar: { path: file, scopeName }, content };
});

/** Stand for the grammars of programs, which are large: `echo` is a function, and a quoted text a string. */
const PROGRAMS = ['shell', 'powershell', 'batchfile', 'js', 'ts', 'python'].map((name) => {
  const patterns = [
    { match: '\\becho\\b', name: `support.function.${name}` },
    { begin: '"', end: '"', name: `string.quoted.double.${name}` },
    { match: '#.*', name: `comment.line.${name}` },
  ];
  const scopeName = `source.${name}`;
  return { grammar: { path: `${name}.json`, scopeName }, content: JSON.stringify({ scopeName, patterns }) };
});

/** Older and newer YAML, which no test is written in. */
const OTHER_VERSIONS = ['1.0', '1.1', '1.3'].map((version) => {
  const scopeName = `source.yaml.${version}`;
  return {
    grammar: { path: `${version}.json`, scopeName },
    content: JSON.stringify({ scopeName, patterns: [] }),
  };
});

/** What package.json says of our own. */
function contributed(): readonly Contribution[] {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    readonly contributes: { readonly grammars: readonly Contribution[] };
  }; // ours
  return manifest.contributes.grammars;
}

/** A registry as the editor has it, with our grammars or without. */
export function registry({ ours }: { readonly ours: boolean }) {
  const injected = contributed().map((grammar) => ({
    grammar,
    content: readFileSync(path.join(ROOT, grammar.path), 'utf8'),
  }));
  return createRegistryFromGrammars([...YAML, ...OTHER_VERSIONS, ...PROGRAMS, ...(ours ? injected : [])]);
}
