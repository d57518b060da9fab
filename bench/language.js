// What help with editing costs, beside the bare `parseDocument` of the `yaml` package, yaml-language-server with Baton's
// schema, and GitHub's own language service on a workflow with as many steps: the first look at a file, a keystroke in
// the middle of it until all diagnostics are there, and completion and hover once that is done.
//
//   (cd bench && npm install) && node bench/language.js [rounds] [steps …]
//
// Medians in milliseconds. All are measured in turn, so that a noisy machine disturbs them alike.
import fs from 'node:fs';
import module from 'node:module';
import { parseDocument } from 'yaml';
import { analyze } from '../src/language/analyze.ts';
import { complete } from '../src/language/complete.ts';
import { hover } from '../src/language/hover.ts';

const rounds = Number(process.argv[2] ?? 7);
const sizes = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [100, 1000, 5000];
/** Above, the others take minutes. */
const MOST_FOR_OTHERS = 1000;

/** @param {number} count */
function workflow(count) {
  const steps = Array.from({ length: count }, (_, i) =>
    [
      `  step_${i}:`,
      ...(i === 0 ? [] : [`    needs: step_${i - 1}`]),
      `    env: { LEVEL: low, NUMBER: "${i}" }`,
      `    run: echo "step ${i} of" \${{ inputs.target }} >> out.txt`,
      '',
    ].join('\n'),
  );
  return `name: bench\ninputs:\n  target: { type: string, default: src }\nsteps:\n${steps.join('')}`;
}

/** The same for GitHub: a job a step. @param {number} count */
function githubWorkflow(count) {
  const jobs = Array.from({ length: count }, (_, i) =>
    [
      `  job_${i}:`,
      ...(i === 0 ? [] : [`    needs: job_${i - 1}`]),
      '    runs-on: ubuntu-latest',
      `    env: { LEVEL: low, NUMBER: "${i}" }`,
      '    steps:',
      `      - run: echo "job ${i} of" \${{ inputs.target }} >> out.txt`,
      '',
    ].join('\n'),
  );
  const inputs = '{ workflow_dispatch: { inputs: { target: { type: string, default: src } } } }';
  return `name: bench\non: ${inputs}\njobs:\n${jobs.join('')}`;
}

/** @param {() => unknown} work */
async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** @param {number[]} times */
function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}

/** What only this folder's own package.json brings along. @param {string} name @returns {Promise<any>} */
function load(name) {
  return import(name);
}

/** @typedef {{ name: string, first(text: string): unknown, keystroke(text: string): unknown, complete?(offset: number): unknown, hover?(offset: number): unknown, most?: number }} Contender */

/** @returns {Contender} */
function baton() {
  /** @type {import('../src/language/analyze.ts').Analysis | undefined} */
  let last;
  return {
    name: 'baton',
    first: (text) => (last = analyze(text, { piecesFrom: 20_000 })),
    keystroke: (text) => (last = analyze(text, { piecesFrom: 20_000 }, last)),
    complete: (offset) => last && complete(last, offset),
    hover: (offset) => last && hover(last, offset),
  };
}

/** @returns {Contender} */
function bareYaml() {
  const parse = (/** @type {string} */ text) => parseDocument(text);
  return { name: 'yaml, parse alone', first: parse, keystroke: parse };
}

/** @returns {Promise<Contender | undefined>} */
async function yamlServer() {
  try {
    const { getLanguageService } = await load('yaml-language-server');
    const { TextDocument } = await load('vscode-languageserver-textdocument');
    const service = getLanguageService({
      schemaRequestService: async () => '',
      workspaceContext: { resolveRelativePath: (/** @type {string} */ path) => path },
    });
    const schema = JSON.parse(
      fs.readFileSync(new URL('../media/workflow.schema.json', import.meta.url), 'utf8'),
    );
    service.configure({
      validate: true,
      hover: true,
      completion: true,
      schemas: [{ uri: 'file:///schema.json', fileMatch: ['*'], schema }],
    });
    /** @type {any} */
    let document;
    let version = 0;
    const check = (/** @type {string} */ text) => {
      document = TextDocument.create('file:///a.workflow.yaml', 'yaml', ++version, text);
      return service.doValidation(document, false);
    };
    return {
      name: 'yaml-language-server',
      first: check,
      keystroke: check,
      complete: (offset) => service.doComplete(document, document.positionAt(offset), false),
      hover: (offset) => service.doHover(document, document.positionAt(offset)),
      most: MOST_FOR_OTHERS,
    };
  } catch (error) {
    console.log(`yaml-language-server is left out: ${String(error).split('\n')[0]}`);
    return undefined;
  }
}

/** @returns {Promise<Contender | undefined>} */
async function githubService() {
  try {
    // Its JSON is imported as bundlers do it; Node wants to be told. (Node's types know nothing of it yet.)
    const { registerHooks } = /** @type {any} */ (module);
    registerHooks({
      /** @type {(name: string, context: unknown, next: (name: string, context: unknown) => object) => object} */
      resolve: (name, context, next) => ({
        ...next(name, context),
        ...(name.endsWith('.json') && { importAttributes: { type: 'json' } }),
      }),
    });
    const service = await load('@actions/languageservice');
    const { TextDocument } = await load('vscode-languageserver-textdocument');
    let version = 0;
    // A name of its own each time: it remembers what it read by that.
    const check = (/** @type {string} */ text) =>
      service.validate(TextDocument.create(`file:///.github/workflows/${++version}.yaml`, 'yaml', 1, text));
    return { name: '@actions/languageservice', first: check, keystroke: check, most: MOST_FOR_OTHERS };
  } catch (error) {
    console.log(`@actions/languageservice is left out: ${String(error).split('\n')[0]}`);
    return undefined;
  }
}

const contenders = [baton(), bareYaml(), await yamlServer(), await githubService()].filter(
  (each) => each !== undefined,
);

console.log('steps  what                       first look   keystroke   completion   hover');
for (const size of sizes) {
  const texts = { own: workflow(size), github: githubWorkflow(size) };
  for (const contender of contenders) {
    if (size > (contender.most ?? Infinity)) continue;
    const isGithub = contender.name.startsWith('@actions');
    const text = isGithub ? texts.github : texts.own;
    const at = text.indexOf('>> out.txt', text.length >> 1);
    const few = size >= 1000 && contender.most !== undefined ? 3 : rounds;
    /** @type {Record<string, number[]>} */
    const times = { first: [], keystroke: [], complete: [], hover: [] };
    for (let i = 0; i < few + 2; i++) {
      times['first']?.push(await timed(() => contender.first(text)));
      let typed = text;
      for (let k = 0; k < 5; k++) {
        typed = `${typed.slice(0, at)}x${typed.slice(at)}`;
        times['keystroke']?.push(await timed(() => contender.keystroke(typed)));
      }
      const need = typed.indexOf('needs: ', at) + 'needs: '.length;
      if (contender.complete) times['complete']?.push(await timed(() => contender.complete?.(need)));
      if (contender.hover) times['hover']?.push(await timed(() => contender.hover?.(need + 2)));
    }
    const cell = (/** @type {number[] | undefined} */ all, /** @type {number} */ width) =>
      (all === undefined || all.length === 0
        ? '–'
        : median(all).toFixed(all.length > 0 && median(all) < 10 ? 2 : 0)
      ).padStart(width);
    console.log(
      `${String(size).padStart(5)}  ${contender.name.padEnd(25)} ${cell(times['first'], 11)} ${cell(times['keystroke'], 11)} ${cell(times['complete'], 12)} ${cell(times['hover'], 7)}`,
    );
  }
}
