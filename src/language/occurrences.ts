import type { Range } from '../base/lines.ts';
import { hasExpression } from '../expression/template.ts';
import type { StepId } from '../model/workflow.ts';
import { refFrom, type WorkflowRef } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import type { ExpressionUse } from './expression-uses.ts';
import { nameRange, partRanges } from './name-ranges.ts';
import { outputPlaces, programsOf } from './output-places.ts';
import { writtenOutputs } from './outputs.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { allSteps, loopsAround, visibleStep, type StepEntry, type StepLevel } from './step-entries.ts';
import { entryOf, textOf, valueOf, type YamlEntry, type YamlNode, type YamlScalar } from './tree.ts';

/** Something that has a name in a workflow. */
export type Declared =
  | { readonly kind: 'step'; readonly name: string; readonly step: StepEntry }
  | { readonly kind: 'input'; readonly name: string }
  /** What a step hands on. */
  | { readonly kind: 'output'; readonly name: string; readonly step: StepEntry }
  /** A variable, as one `env` sets it. */
  | { readonly kind: 'env'; readonly name: string }
  /** An input of another file, given under `with`. */
  | { readonly kind: 'child-input'; readonly name: string; readonly ref: WorkflowRef };

/** A place in the file that names something. */
export interface Occurrence {
  readonly of: Declared;
  /** The name alone, without quotes. */
  readonly range: Range;
  /** `write`: where it is declared, or given its value. */
  readonly role: 'write' | 'read';
}

/** Every place that names something, in file order; what an alias stands for counts once for each thing that it means. */
export function occurrencesIn(analysis: Analysis): readonly Occurrence[] {
  const known = remembered.get(analysis);
  if (known !== undefined) return known;
  const found = new Collector(analysis).collect();
  remembered.set(analysis, found);
  return found;
}
/** An Analysis never changes, so neither does what is in it. */
const remembered = new WeakMap<Analysis, readonly Occurrence[]>();

class Collector {
  readonly #analysis: Analysis;
  readonly #steps: readonly StepEntry[];
  /** By where they start: what an alias stands for is read wherever the alias stands. */
  readonly #found = new Map<Declared, Map<number, Occurrence>>();
  /** The first step of each id. */
  readonly #anywhere = new Map<StepId, StepEntry>();
  readonly #declared: DeclaredThings;

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    this.#steps = [...allSteps(analysis.index.steps, analysis.index.finally)];
    for (const step of this.#steps) if (!this.#anywhere.has(step.id)) this.#anywhere.set(step.id, step);
    this.#declared = new DeclaredThings(analysis.tree, this.#steps);
  }

  collect(): readonly Occurrence[] {
    const { tree, index } = this.#analysis;
    for (const step of this.#steps) this.#stepNames(step);
    for (const { key } of entriesOf(valueOf(tree, 'inputs')))
      this.#put(this.#declared.input(key.text), this.#name(key), 'write');
    for (const [entry, declared] of this.#declared.variables)
      this.#put(declared, this.#name(entry.key), 'write');
    for (const step of this.#steps) this.#given(step);
    for (const use of index.expressions) this.#expression(use);
    for (const step of this.#steps) this.#programs(step);
    this.#outputs();
    const all = [...this.#found.values()].flatMap((each) => [...each.values()]);
    return all.toSorted((a, b) => a.range.start - b.range.start);
  }

  /** A step that exists but cannot be seen from there is a mistake, and it is known which one is meant. */
  #meant(level: StepLevel, id: StepId): StepEntry | undefined {
    return visibleStep(level, id) ?? this.#anywhere.get(id);
  }

  #name(scalar: YamlScalar): Range {
    return nameRange(scalar, this.#analysis.text);
  }

  #put(of: Declared | undefined, range: Range | undefined, role: Occurrence['role']): void {
    if (of === undefined || range === undefined) return;
    const places = this.#found.get(of) ?? new Map<number, Occurrence>();
    this.#found.set(of, places);
    if (!places.has(range.start)) places.set(range.start, { of, range, role });
  }

  #stepNames(step: StepEntry): void {
    this.#put(this.#declared.step(step), this.#name(step.key), 'write');
    for (const scalar of [...itemsOf(valueOf(step.node, 'needs')), rewindOf(step)]) {
      const id = textOf(scalar);
      const meant = id === undefined ? undefined : this.#meant(step.level, id);
      if (meant !== undefined && scalar?.kind === 'scalar')
        this.#put(this.#declared.step(meant), this.#name(scalar), 'read');
    }
  }

  /** The keys of `with` are inputs of the file that the step runs. */
  #given(step: StepEntry): void {
    const ref = childOf(step, this.#analysis.workflow.ref);
    if (ref === undefined) return;
    for (const { key } of entriesOf(valueOf(step.node, 'with')))
      this.#put(this.#declared.childInput(ref, key.text), this.#name(key), 'read');
  }

  #expression(use: ExpressionUse): void {
    if (!use.parsed.ok) return;
    for (const reference of use.parsed.value.references) {
      const [root, name, field, output] = reference.path;
      if (name === undefined || (root !== 'steps' && root !== 'inputs' && root !== 'env')) continue;
      const [, range, , outputRange] = partRanges(use, reference);
      if (root === 'inputs') this.#put(this.#declared.input(name), range, 'read');
      else if (root === 'env') this.#put(this.#declared.variable(use.step, name), range, 'read');
      else {
        const step = this.#meant(use.level, name);
        if (step === undefined) continue;
        this.#put(this.#declared.step(step), range, 'read');
        if (field?.toLowerCase() === 'outputs' && output !== undefined)
          this.#put(this.#declared.output(step, output), outputRange, 'read');
      }
    }
  }

  /** Variables in the text of programs, where this file sets them. */
  #programs(step: StepEntry): void {
    if (this.#declared.variables.size === 0) return;
    for (const program of programsOf(step)) {
      const isShell = program !== valueOf(step.node, 'script') || isShellScript(step);
      let toFile: ((offset: number) => number) | undefined;
      for (const found of program.text.matchAll(isShell ? IN_SHELLS : IN_PROGRAMS)) {
        const name = found.slice(1).find((each) => each !== undefined);
        const declared = name === undefined ? undefined : this.#declared.variable(step, name);
        if (name === undefined || declared === undefined) continue;
        toFile ??= scalarOffsets(program, this.#analysis.text);
        const start = found.index + found[0].lastIndexOf(name);
        this.#put(declared, { start: toFile(start), end: toFile(start + name.length) }, 'read');
      }
    }
  }

  /** Where outputs are written: those that somebody reads, and those that visibly are. */
  #outputs(): void {
    for (const step of this.#steps) {
      if (step.inner !== undefined) continue;
      for (const name of writtenOutputs(step)) this.#declared.output(step, name);
    }
    for (const declared of this.#declared.outputs()) {
      if (declared.kind !== 'output') continue;
      for (const range of outputPlaces(declared.step, declared.name, this.#analysis.text))
        this.#put(declared, range, 'write');
    }
  }
}

/** Steps as `needs` names them: one, or a list, each perhaps with what is allowed. */
function itemsOf(needs: YamlNode | undefined): readonly (YamlNode | undefined)[] {
  const items = needs?.kind === 'list' ? needs.items : [needs];
  return items.map((item) => (item?.kind === 'map' ? valueOf(item, 'step') : item));
}

function rewindOf({ node }: StepEntry): YamlNode | undefined {
  return valueOf(valueOf(node, 'gate'), 'rewind_to');
}

const IN_SHELLS = /\$env:([A-Za-z_]\w*)|\$\{?([A-Za-z_]\w*)|%([A-Za-z_]\w*)%/g;
const IN_PROGRAMS =
  /process\.env(?:\.|\[\s*["'])([A-Za-z_]\w*)|environ(?:\.get\(|\[)\s*["']([A-Za-z_]\w*)|ENV\[\s*["']([A-Za-z_]\w*)/g;

function isShellScript(step: StepEntry): boolean {
  return /^(?:bash|sh|zsh|pwsh|powershell|cmd|batch|bat)$/.test(textOf(valueOf(step.node, 'language')) ?? '');
}

/** One object for each thing that has a name, so that two places name the same thing where they name the same object. */
class DeclaredThings {
  /** Every entry of an `env`. */
  readonly variables = new Map<YamlEntry, Declared>();
  readonly #steps = new Map<StepEntry, Declared>();
  readonly #inputs = new Map<string, Declared>();
  readonly #childInputs = new Map<string, Declared>();
  readonly #outputs = new Map<StepEntry, Map<string, Declared>>();
  readonly #tree: YamlNode | undefined;

  constructor(tree: YamlNode | undefined, steps: readonly StepEntry[]) {
    this.#tree = tree;
    for (const step of steps) this.#steps.set(step, { kind: 'step', name: step.id, step });
    for (const { key } of entriesOf(valueOf(tree, 'inputs')))
      this.#inputs.set(key.text, { kind: 'input', name: key.text });
    const maps = [this.#workflowEnv(), this.#defaultEnv(), ...steps.map(envOf)];
    for (const entry of maps.flatMap(entriesOf))
      this.variables.set(entry, { kind: 'env', name: entry.key.text });
  }

  step(step: StepEntry): Declared | undefined {
    return this.#steps.get(step);
  }

  /** As it is written first, then in any case, which is how expressions find it. */
  input(name: string): Declared | undefined {
    return this.#inputs.get(name) ?? inAnyCase(this.#inputs, name);
  }

  /** The nearest `env` that sets a variable: the step's, those of loops around it, the defaults', the workflow's. */
  variable(step: StepEntry | undefined, name: string): Declared | undefined {
    const around = step === undefined ? [] : [step, ...loopsAround(step)];
    for (const map of [...around.map(envOf), this.#defaultEnv(), this.#workflowEnv()]) {
      const entry = entryOf(map, name);
      if (entry !== undefined) return this.variables.get(entry);
    }
    return undefined;
  }

  output(step: StepEntry, name: string): Declared {
    const ofStep = this.#outputs.get(step) ?? new Map<string, Declared>();
    this.#outputs.set(step, ofStep);
    const declared = ofStep.get(name) ?? { kind: 'output', name, step };
    ofStep.set(name, declared);
    return declared;
  }

  outputs(): readonly Declared[] {
    return [...this.#outputs.values()].flatMap((each) => [...each.values()]);
  }

  childInput(ref: WorkflowRef, name: string): Declared {
    const key = `${ref} ${name}`;
    const declared = this.#childInputs.get(key) ?? { kind: 'child-input', ref, name };
    this.#childInputs.set(key, declared);
    return declared;
  }

  #workflowEnv(): YamlNode | undefined {
    return valueOf(this.#tree, 'env');
  }

  #defaultEnv(): YamlNode | undefined {
    return valueOf(valueOf(this.#tree, 'defaults'), 'env');
  }
}

function envOf(step: StepEntry): YamlNode | undefined {
  return valueOf(step.node, 'env');
}

function inAnyCase(things: ReadonlyMap<string, Declared>, name: string): Declared | undefined {
  const lowered = name.toLowerCase();
  for (const [key, thing] of things) if (key.toLowerCase() === lowered) return thing;
  return undefined;
}

function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** The workflow file that a step runs, from the project's folder; undefined where it runs none, or an expression says which. */
export function childOf(step: StepEntry, ref: WorkflowRef): WorkflowRef | undefined {
  const path = textOf(valueOf(step.node, 'workflow'));
  return path === undefined || path.trim() === '' || hasExpression(path) ? undefined : refFrom(ref, path);
}
