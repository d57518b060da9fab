import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { writeLibraryTypes } from './scripts/library-types.js';
import { writeSchema } from './scripts/schema.js';

/**
 * @typedef {object} Bundle
 * @property {string} name What it is called in the build's output.
 * @property {string} entry
 * @property {string} file
 * @property {number} [limitKiB] Asked for by the product: loading it must stay quick.
 * @property {readonly string[]} [external] Modules that the place where it runs brings along.
 * @property {Readonly<Record<string, { file: string, functions: readonly string[] }>>} [later] Sources of functions that are loaded when
 *   first called, from bundles beside it.
 * @property {Readonly<Record<string, string>>} [apart] Sources that are loaded when first needed, from bundles beside it.
 * @property {import('esbuild').BuildOptions} options
 */

/** Watching and `--dev` keep names and source maps; everything else is what people get. */
const watching = process.argv.includes('--watch');
const minify = !watching && !process.argv.includes('--dev');

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The oldest Node we promise, which is also what the oldest editor we promise brings. */
const forNode = {
  platform: /** @type {const} */ ('node'),
  target: 'node20',
};

/**
 * `import fs from 'node:fs'` becomes a plain variable. By itself esbuild copies all names of a module for each file that
 * imports it so, which takes milliseconds when a program starts, and wakes parts of Node that nobody asked for. Parts
 * that take long to load and that not every start needs wait for the first call of one of their functions.
 * @type {import('esbuild').Plugin}
 */
const builtinsAsTheyAre = {
  name: 'builtins as they are',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'builtin' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'default');
      if (SLOW_BUILTINS.has(path)) return { contents: calledLater(path, names) };
      const exported = names.map((name) => `export const ${name} = /* @__PURE__ */ (() => all.${name})();`);
      return { contents: [`const all = require('${path}');`, 'export default all;', ...exported].join('\n') };
    });
  },
};

const SLOW_BUILTINS = new Set(['node:crypto', 'node:timers/promises', 'node:vm', 'node:zlib']);

/** @param {string} path @param {readonly string[]} names */
function calledLater(path, names) {
  const calls = names.map((name) => `export const ${name} = (...args) => load().${name}(...args);`);
  const whole = 'export default new Proxy({}, { get: (_, name) => load()[name] });';
  return ['let all;', `const load = () => (all ??= require('${path}'));`, whole, ...calls].join('\n');
}

/**
 * Where few starts match patterns, the library for it waits for the first one.
 * @type {import('esbuild').Plugin}
 */
const patternsLater = {
  name: 'patterns later',
  setup(build) {
    build.onResolve({ filter: /^picomatch$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'patterns' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'patterns' }, () => ({
      contents: [
        "const all = () => require('picomatch');",
        'const scan = (...args) => all().scan(...args);',
        'export default Object.assign((...args) => all()(...args), { scan });',
      ].join('\n'),
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    }));
  },
};

/** Some dependencies of the library are CommonJS, and what they require at run time needs a `require`. */
const requireInModule =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * What `yaml` offers to Node is CommonJS, which comes in as a whole; its modules for the browser hold the same code, and
 * only what is used of them comes in.
 */
const yamlInModules = fileURLToPath(new URL('./node_modules/yaml/browser/dist/index.js', import.meta.url));

/**
 * Workflows are read and never written, and by YAML 1.2: what writes YAML, and what only version 1.1 has, stays outside.
 * `test/cli/bundle.test.ts` holds the bundle to the source on the whole corpus.
 * @type {import('esbuild').Plugin}
 */
const onlyReading = {
  name: 'only reading',
  setup(build) {
    build.onLoad(
      { filter: /yaml[\\/]browser[\\/]dist[\\/](stringify|schema[\\/]yaml-1\.1)[\\/]/ },
      ({ path }) => {
        if (path.endsWith('merge.js')) return undefined;
        const exported = /export \{ (.*) \};/.exec(readFileSync(path, 'utf8'))?.[1]?.split(', ') ?? [];
        return { contents: exported.map((name) => `export class ${name} {}`).join('\n') };
      },
    );
  },
};

const forFewFiles = {
  './read-composed.ts': { file: './any-yaml.cjs', functions: ['readComposed'] },
  './windows-dialects.ts': { file: './windows-shells.cjs', functions: ['windowsDialect'] },
};

/** What a project without schedules never needs. */
const forSchedules = {
  './project-schedules.ts': { file: './schedules.cjs', functions: ['schedulesOf'] },
};

/** What a workflow without schedules and without words from elsewhere never needs. */
const forSomeFiles = {
  ...forFewFiles,
  '../foreign-keys.ts': { file: './foreign-keys.cjs', functions: ['nativeKey', 'foreignAdvice'] },
  '../../scheduler/cron.ts': { file: './calendar.cjs', functions: ['parseCron'] },
  '../../scheduler/next-times.ts': { file: './calendar.cjs', functions: ['nextTime'] },
  '../../scheduler/zone.ts': { file: './calendar.cjs', functions: ['nearestZone', 'zoneOf'] },
  '../../scheduler/schedule-times.ts': { file: './calendar.cjs', functions: ['nextsOf'] },
};

/** @type {readonly Bundle[]} */
const bundles = [
  {
    name: 'extension',
    entry: 'src/extension/extension.ts',
    file: 'dist/extension.cjs',
    limitKiB: 350,
    external: ['vscode'],
    apart: {
      './plan-page.ts': './plan.cjs',
      './features/features.ts': './features.cjs',
      './new-workflow.ts': './new-workflow.cjs',
      './watching/watching.ts': './watching.cjs',
      './run-terminal.ts': './run-terminal.cjs',
      './logs/logs.ts': './logs.cjs',
      './scheduling/scheduling.ts': './scheduling.cjs',
    },
    later: { ...forSomeFiles, ...forSchedules },
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'help with editing in the extension',
    entry: 'src/extension/features/features.ts',
    file: 'dist/features.cjs',
    limitKiB: 400,
    external: ['vscode'],
    later: forFewFiles,
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'plans in the extension',
    entry: 'src/extension/plan-page.ts',
    file: 'dist/plan.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'new workflows in the extension',
    entry: 'src/extension/new-workflow.ts',
    file: 'dist/new-workflow.cjs',
    external: ['vscode'],
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'watching in the extension',
    entry: 'src/extension/watching/watching.ts',
    file: 'dist/watching.cjs',
    external: ['vscode'],
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'logs in the extension',
    entry: 'src/extension/logs/logs.ts',
    file: 'dist/logs.cjs',
    external: ['vscode'],
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'schedules in the extension',
    entry: 'src/extension/scheduling/scheduling.ts',
    file: 'dist/scheduling.cjs',
    external: ['vscode'],
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'terminals in the extension',
    entry: 'src/extension/run-terminal.ts',
    file: 'dist/run-terminal.cjs',
    external: ['vscode'],
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'schedules of a project',
    entry: 'src/project/project-schedules.ts',
    file: 'dist/schedules.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'calendar',
    entry: 'src/scheduler/calendar.ts',
    file: 'dist/calendar.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'words from elsewhere',
    entry: 'src/language/foreign-keys.ts',
    file: 'dist/foreign-keys.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'any YAML',
    entry: 'src/language/read-composed.ts',
    file: 'dist/any-yaml.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'shells of Windows',
    entry: 'src/expression/windows-dialects.ts',
    file: 'dist/windows-shells.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'start of the command line',
    entry: 'src/cli/start.ts',
    file: 'dist/cli.cjs',
    external: ['./cli-main.cjs', './cli-run.cjs'],
    options: { ...forNode, format: 'cjs', banner: { js: '#!/usr/bin/env node' } },
  },
  {
    name: 'command line and runner',
    entry: 'src/cli/main.ts',
    file: 'dist/cli-main.cjs',
    apart: { '../lsp/server.ts': './lsp.cjs' },
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'command line, `baton run` alone',
    entry: 'src/cli/run-main.ts',
    file: 'dist/cli-run.cjs',
    later: { ...forFewFiles, ...forSchedules },
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'language server',
    entry: 'src/lsp/server.ts',
    file: 'dist/lsp.cjs',
    limitKiB: 800,
    later: forFewFiles,
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'library',
    entry: 'src/index.ts',
    file: 'dist/library/index.js',
    options: { ...forNode, format: 'esm', banner: { js: requireInModule } },
  },
  {
    name: 'library for require',
    entry: 'src/index.ts',
    file: 'dist/library/index.cjs',
    options: { ...forNode, format: 'cjs' },
  },
  {
    name: 'graph panel',
    entry: 'src/webview/main.ts',
    file: 'dist/webview/graph.js',
    limitKiB: 150,
    options: { platform: 'browser', target: 'es2022', format: 'iife' },
  },
  {
    name: 'graph panel styles',
    entry: 'src/webview/graph.css',
    file: 'dist/webview/graph.css',
    options: {},
  },
];

/** Wrong results end the build; while watching they are only said. */
const trouble = /** @type {string[]} */ ([]);

/** @param {Bundle} bundle @returns {import('esbuild').BuildOptions} */
function optionsOf(bundle) {
  return {
    ...bundle.options,
    entryPoints: [bundle.entry],
    outfile: bundle.file,
    bundle: true,
    minify,
    sourcemap: minify ? false : 'linked',
    metafile: true,
    legalComments: 'none',
    alias: { yaml: yamlInModules },
    external: [...(bundle.external ?? [])],
    define: { BATON_VERSION: JSON.stringify(version) },
    plugins: [
      ...(bundle.options.format === 'cjs' ? [builtinsAsTheyAre, patternsLater] : []),
      keepApart(bundle),
      loadLater(bundle),
      onlyReading,
      look(bundle),
    ],
  };
}

/** Only `import()` leads to another bundle. @param {Bundle} bundle @returns {import('esbuild').Plugin} */
function keepApart({ apart = {} }) {
  const resolve = (/** @type {import('esbuild').OnResolveArgs} */ { path, kind }) => {
    const beside = kind === 'dynamic-import' ? apart[path] : undefined;
    return beside === undefined ? undefined : { path: beside, external: true };
  };
  return { name: 'keep apart', setup: (build) => build.onResolve({ filter: /\.ts$/ }, resolve) };
}

/**
 * Functions that most people's files never need are called through a few lines that load their bundle with the first call.
 * @param {Bundle} bundle @returns {import('esbuild').Plugin}
 */
function loadLater({ later = {} }) {
  return {
    name: 'load later',
    setup(build) {
      build.onResolve({ filter: /\.ts$/ }, ({ path }) =>
        later[path] === undefined ? undefined : { path, namespace: 'later' },
      );
      build.onResolve({ filter: /\.cjs$/, namespace: 'later' }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => {
        const { file = '', functions = [] } = later[path] ?? {};
        const calls = functions.map((name) => `export const ${name} = (...args) => load().${name}(...args);`);
        return {
          contents: `let loaded;\nconst load = () => (loaded ??= require('${file}'));\n${calls.join('\n')}`,
        };
      });
    },
  };
}

/** Also while watching, every result is looked at. @param {Bundle} bundle @returns {import('esbuild').Plugin} */
function look(bundle) {
  return { name: 'look', setup: (build) => build.onEnd((result) => inspect(bundle, result)) };
}

/** @param {Bundle} bundle @param {import('esbuild').BuildResult} result */
function inspect(bundle, result) {
  const output = result.metafile?.outputs[bundle.file];
  if (output === undefined) return;
  if (bundle.file === 'dist/cli.cjs') chmodSync(bundle.file, 0o755);
  const sizeKiB = output.bytes / 1024;
  const limit = bundle.limitKiB === undefined ? '' : ` of at most ${bundle.limitKiB}`;
  console.log(`${bundle.name}: ${bundle.file}, ${sizeKiB.toFixed(1)} KiB${limit}`);
  const problems = [...tooLarge(bundle, sizeKiB), ...unknownImports(bundle, output)];
  for (const problem of problems) console.error(`error: ${problem}`);
  trouble.push(...problems);
}

/** @param {Bundle} bundle @param {number} sizeKiB */
function tooLarge({ file, limitKiB }, sizeKiB) {
  if (!minify || limitKiB === undefined || sizeKiB <= limitKiB) return [];
  return [
    `${file} is ${sizeKiB.toFixed(1)} KiB, and ${limitKiB} KiB is the limit. See what came in with it.`,
  ];
}

/**
 * Whatever a bundle still imports must be there where it runs; `vscode` is there for the extension alone.
 * @param {Bundle} bundle @param {{ imports: { path: string, kind: string, external?: boolean }[] }} output
 */
function unknownImports({ file, external = [], apart = {}, later = {} }, output) {
  const imports = output.imports.filter(({ kind }) => kind !== 'url-token'); // such as url('#arrow') in the styles
  const left = imports.filter((one) => one.external === true).map((one) => one.path);
  const brought = new Set([
    ...external,
    ...Object.values(apart),
    ...Object.values(later).map((each) => each.file),
  ]);
  const unknown = left.filter((path) => !isBuiltin(path) && !brought.has(path));
  return unknown.map((path) => `${file} imports "${path}", which nothing brings along where it runs.`);
}

/** The graph's icons are characters of this font. */
function copyCodicons() {
  mkdirSync('dist/webview', { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) {
    cpSync(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
  }
}

async function main() {
  copyCodicons();
  await writeSchema();
  if (watching) {
    for (const bundle of bundles) await (await context(optionsOf(bundle))).watch();
    console.log('Watching. Ctrl-C ends it.');
    return;
  }
  const built = await Promise.allSettled(bundles.map((bundle) => build(optionsOf(bundle))));
  await writeLibraryTypes();
  const failed = built.filter((each) => each.status === 'rejected');
  for (const { reason } of failed) console.error(reason);
  if (failed.length > 0 || trouble.length > 0) process.exitCode = 1;
}

await main();
