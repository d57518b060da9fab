import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SRC = path.join(ROOT, 'src');

/** The import table of ARCHITECTURE.md: a folder, or one file of it, that another folder may import. */
const PURE = ['base', 'model', 'graph', 'expression', 'scheduler', 'language', 'views'];
const BELOW_PROJECT = [
  'base',
  'model',
  'graph',
  'expression',
  'scheduler',
  'language',
  'executors',
  'backends',
  'journal',
  'engine',
];
const TABLE: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  graph: ['base', 'model'],
  expression: ['base', 'model'],
  scheduler: ['base', 'model'],
  language: ['base', 'model', 'graph', 'expression', 'scheduler'],
  views: ['base', 'model', 'graph'],
  executors: ['base', 'model'],
  backends: ['base', 'model', 'executors'],
  journal: ['base', 'model'],
  engine: ['base', 'model', 'graph', 'expression', 'backends/backend.ts', 'journal/journal.ts'],
  project: BELOW_PROJECT,
  library: [...BELOW_PROJECT, 'views', 'project'],
  lsp: ['base', 'model', 'graph', 'language', 'journal/journal.ts', 'views', 'project'],
  cli: [
    'base',
    'model',
    'graph',
    'scheduler',
    'language',
    'journal/journal.ts',
    'views',
    'project',
    'lsp/server.ts',
    'webview/export-svg.ts',
  ],
  webview: ['base', 'model', 'graph', 'views'],
  extension: [
    'base',
    'model',
    'graph',
    'scheduler',
    'language',
    'journal/journal.ts',
    'views',
    'project',
    'webview/protocol.ts',
    'webview/words.ts',
    'webview/export-svg.ts',
  ],
};

/** Packages by the only places that may name them. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  vscode: /^extension\//,
  yaml: /^language\/read-composed\.ts$/,
  cronstrue: /^language\/cron-words\.ts$/,
  'js-yaml': /^language\/read-events\.ts$/,
  '@actions/expressions': /^expression\//,
  '@dagrejs/graphlib': /^graph\/graphlib\.ts$/,
  commander: /^cli\//,
  picomatch: /^project\//,
  ignore: /^project\/file-triggers\.ts$/,
  chokidar: /^cli\/watch-files\.ts$/,
  'vscode-languageserver': /^lsp\//,
  'vscode-languageserver-textdocument': /^lsp\//,
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder = SRC): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(full);
    return entry.name.endsWith('.ts') ? [full] : [];
  });
}

/** Every import and re-export, of types too, static or not. Paths from `src`. */
function importsOf(file: string): Import[] {
  const text = fs.readFileSync(file, 'utf8');
  const from = path.relative(SRC, file).split(path.sep).join('/');
  const found = text.matchAll(
    /^(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  );
  return [...found].map(([, a, b, c]) => {
    const to = a ?? b ?? c ?? '';
    const target = to.startsWith('.') ? path.relative(SRC, path.resolve(path.dirname(file), to)) : to;
    return { from, to: target.split(path.sep).join('/') };
  });
}

const FILES = sourceFiles();
const IMPORTS = FILES.flatMap(importsOf);

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

suite('The folders of src', () => {
  test('import only what the table allows', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      if (!to.endsWith('.ts') || own === other || from === 'index.ts') return false;
      return !(TABLE[own] ?? []).some((allowed) => allowed === other || allowed === to);
    });
    assert.deepEqual(wrong, []);
  });

  test('stand all in the table', () => {
    const folders = new Set(
      FILES.map((file) => folderOf(path.relative(SRC, file))).filter((f) => !f.endsWith('.ts')),
    );
    assert.deepEqual(
      [...folders].filter((folder) => !(folder in TABLE)),
      [],
    );
  });

  test('hold no import cycle, types included', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of IMPORTS)
      if (to.endsWith('.ts')) edges.set(from, [...(edges.get(from) ?? []), to]);
    assert.deepEqual(findCycle(edges), undefined);
  });

  test('name a package only where that package is at home', () => {
    const wrong = IMPORTS.filter(({ from, to }) => {
      const [name] =
        Object.entries(PACKAGES).find(([each]) => to === each || to.startsWith(`${each}/`)) ?? [];
      return name !== undefined && PACKAGES[name]?.test(from) === false;
    });
    assert.deepEqual(wrong, []);
  });

  test('use Node in none of the pure folders', () => {
    const wrong = IMPORTS.filter(({ from, to }) => PURE.includes(folderOf(from)) && to.startsWith('node:'));
    assert.deepEqual(wrong, []);
  });

  test('let nobody but the runners own runs', () => {
    const owners = IMPORTS.filter(({ to }) => to === 'project/own-runs.ts').map(({ from }) => folderOf(from));
    assert.deepEqual(
      [...new Set(owners)].filter((folder) => !['cli', 'library', 'index.ts'].includes(folder)),
      [],
    );
  });

  test('name their imports with their endings', () => {
    const wrong = IMPORTS.filter(
      ({ to }) => /^(?!node:|@|vscode-languageserver)[a-z-]+\//.test(to) && !/\.(ts|json)$/.test(to),
    );
    assert.deepEqual(wrong, []);
  });
});

suite('The project', () => {
  test('names no tool, path or registry of the machine it is made on', () => {
    const forbidden = new RegExp(
      ['/wo' + 'rk/', '\\.\\./\\.lib' + 'rary', 'farm-' + 'bench', 'registry\\.npm' + 'js'].join('|'),
    );
    const tracked = ['src', 'test', 'scripts', 'docs', 'examples', 'bench', 'media'].flatMap((folder) =>
      fs.existsSync(path.join(ROOT, folder)) ? allFiles(path.join(ROOT, folder)) : [],
    );
    const top = fs
      .readdirSync(ROOT)
      .filter((name) => /\.(md|json|js)$/.test(name))
      .map((name) => path.join(ROOT, name));
    const wrong = [...tracked, ...top].filter((file) => forbidden.test(fs.readFileSync(file, 'utf8')));
    assert.deepEqual(
      wrong.map((file) => path.relative(ROOT, file)),
      [],
    );
  });
});

function allFiles(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? allFiles(full) : [full];
  });
}

/** Depth first, with the way kept, so that a cycle can be shown. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...way, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
