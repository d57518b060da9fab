import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { StepAddress } from '../model/attempt.ts';
import type { OutputProblem } from '../model/output-problems.ts';
import type { RunState, StepState } from '../model/run-state.ts';
import type { Step } from '../model/workflow.ts';
import { problemsOf } from '../project/step-problems.ts';
import { severityOf } from './problems.ts';
import type { Projects } from './projects.ts';
import { runName, type RunsWatch, type SeenRun } from './runs-watch.ts';
import type { Trouble } from './trouble.ts';
import type { WorkflowFiles } from './workflow-files.ts';

interface Parts {
  readonly projects: Projects;
  readonly files: WorkflowFiles;
  readonly runs: RunsWatch;
  readonly trouble: Trouble;
}

/** What a step's last look at its output came to. */
interface Shown {
  readonly run: SeenRun;
  readonly attempt: number;
  readonly problems: readonly (readonly [vscode.Uri, vscode.Diagnostic])[];
}

/**
 * Puts what steps printed about files into the Problems panel: of every workflow, what each step said when it last ended.
 * It goes when its run goes, or the workflow's file. Expressions come from the folder, so an untrusted one has none.
 */
export class RunProblems implements vscode.Disposable {
  readonly #parts: Parts;
  readonly #collection = vscode.languages.createDiagnosticCollection('Baton runs');
  /** By the workflow's file. */
  readonly #shown = new Map<string, Map<StepAddress, Shown>>();
  readonly #waiting = new Set<SeenRun>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #reading = false;
  #disposed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { files, runs } = parts;
    const lookAround = () => this.#lookAround();
    this.#subscriptions = [
      runs.onDidChangeList(lookAround),
      runs.onDidChangeRun((run) => this.#look(run)),
      files.onDidScan(lookAround),
      files.onDidChange((uri) => {
        if (!existsSync(uri.fsPath)) this.#forget(uri.toString());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(lookAround),
    ];
  }

  /** Forgets runs that are gone, and looks at the latest of each workflow. */
  #lookAround(): void {
    const { runs, files } = this.#parts;
    const there = new Set(runs.all());
    for (const [workflow, steps] of this.#shown) {
      for (const [step, { run }] of steps) if (!there.has(run)) this.#forget(workflow, step);
    }
    if (!files.scanned) return;
    const latest = new Map<string, SeenRun>();
    for (const run of runs.all()) {
      const workflow = this.#workflowOf(run).toString();
      if (!latest.has(workflow)) latest.set(workflow, run);
    }
    for (const run of latest.values()) this.#look(run);
  }

  #workflowOf({ place, summary }: SeenRun): vscode.Uri {
    return this.#parts.projects.uriOf(place, summary.workflow);
  }

  /** One run after the other; what changes in the meantime is looked at once. */
  #look(run: SeenRun): void {
    this.#waiting.add(run);
    if (this.#reading || !vscode.workspace.isTrusted) return;
    this.#reading = true;
    this.#parts.trouble.watch(vscode.l10n.t('reading the problems of a run'), this.#readAll());
  }

  async #readAll(): Promise<void> {
    try {
      for (const run of this.#waiting) {
        this.#waiting.delete(run);
        await this.#read(run);
        if (this.#disposed) return;
      }
    } finally {
      this.#reading = false;
    }
  }

  async #read(run: SeenRun): Promise<void> {
    if (!this.#mayHaveProblems(run)) return;
    const state = await this.#parts.runs.load(run);
    for (const step of Object.values(state?.steps ?? {})) {
      if (state !== undefined && step.step.problemMatcher !== undefined && step.result !== undefined)
        await this.#readStep(run, state, step);
    }
  }

  /** Reading a journal is worth it only where the workflow, as it is now, has matchers. */
  #mayHaveProblems(run: SeenRun): boolean {
    const uri = this.#workflowOf(run);
    const workflow = run.state?.workflow ?? this.#parts.files.get(uri)?.analysis.workflow;
    return existsSync(uri.fsPath) && (workflow === undefined || hasMatchers(workflow.steps));
  }

  async #readStep(run: SeenRun, state: RunState, step: StepState): Promise<void> {
    const workflow = this.#workflowOf(run);
    const attempt = step.attempts.length;
    const before = this.#shown.get(workflow.toString())?.get(step.id);
    if (before?.run === run ? before.attempt === attempt : isNewer(before?.run, run)) return;
    const found = await problemsOf(run.place.project, state, step);
    if (found === undefined) return;
    const problems = await existing(run.place.project.folder, found.problems);
    const gone = this.#parts.runs.find(run.id, run.place) !== run || !existsSync(workflow.fsPath);
    if (gone || this.#disposed) return;
    const steps = this.#shown.get(workflow.toString()) ?? new Map<StepAddress, Shown>();
    this.#shown.set(workflow.toString(), steps.set(step.id, { run, attempt, problems }));
    this.#show();
    const left = found.problems.length - problems.length;
    const about = `${runName(run)}, step ${step.id} (run ${run.id})`;
    if (left > 0) this.#parts.trouble.note(`${about}: ${left} problems are in files that do not exist.`);
    if (found.more > 0) this.#parts.trouble.note(`${about}: ${found.more} more problems are not shown.`);
  }

  /** One step of a workflow, or all of them. */
  #forget(workflow: string, step?: StepAddress): void {
    const steps = this.#shown.get(workflow);
    if (steps === undefined) return;
    if (step !== undefined) steps.delete(step);
    if (step === undefined || steps.size === 0) this.#shown.delete(workflow);
    this.#show();
  }

  #show(): void {
    const files = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    for (const steps of this.#shown.values()) {
      for (const [uri, problem] of [...steps.values()].flatMap(({ problems }) => problems)) {
        const file = files.get(uri.toString()) ?? [uri, []];
        files.set(uri.toString(), file);
        file[1].push(problem);
      }
    }
    this.#collection.clear();
    this.#collection.set([...files.values()]);
  }

  dispose(): void {
    this.#disposed = true;
    for (const each of [this.#collection, ...this.#subscriptions]) each.dispose();
  }
}

function isNewer(before: SeenRun | undefined, run: SeenRun): boolean {
  return before !== undefined && before.summary.startedAt > run.summary.startedAt;
}

function hasMatchers(steps: readonly Step[]): boolean {
  return steps.some(
    (step) => step.problemMatcher !== undefined || (step.kind === 'loop' && hasMatchers(step.with.steps)),
  );
}

/** The problems in files that exist. */
async function existing(folder: string, problems: readonly OutputProblem[]): Promise<Shown['problems']> {
  const names = [...new Set(problems.map(({ file }) => file))];
  const uris = await Promise.all(
    names.map(async (name) => {
      const file = path.resolve(folder, name);
      const isFile = await stat(file).then(
        (found) => found.isFile(),
        () => false,
      );
      return isFile ? [[name, vscode.Uri.file(file)] as const] : [];
    }),
  );
  const known = new Map(uris.flat());
  return problems.flatMap((problem) => {
    const uri = known.get(problem.file);
    return uri === undefined ? [] : [[uri, diagnosticOf(problem)] as const];
  });
}

function diagnosticOf({
  range: { start, end },
  message,
  severity,
  code,
  source,
}: OutputProblem): vscode.Diagnostic {
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const diagnostic = new vscode.Diagnostic(range, message, severityOf(severity));
  diagnostic.source = source ?? 'baton';
  if (code !== undefined) diagnostic.code = code;
  return diagnostic;
}
