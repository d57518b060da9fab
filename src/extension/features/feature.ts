import type * as vscode from 'vscode';
import { linesOf, type Lines } from '../../base/lines.ts';
import type { Analysis } from '../../language/analyze.ts';
import type { Analyses } from '../analyses.ts';
import type { Place, Projects } from '../projects.ts';
import type { RunsWatch } from '../runs-watch.ts';
import type { WorkflowFiles } from '../workflow-files.ts';

/** What help with editing may ask. */
export interface FeatureWorld {
  readonly projects: Projects;
  readonly analyses: Analyses;
  readonly files: WorkflowFiles;
  readonly runs: RunsWatch;
  readonly extensionUri: vscode.Uri;
}

/** One kind of help: registers its providers. */
export type Feature = (world: FeatureWorld) => vscode.Disposable;

/** Providers are asked about every YAML file, and answer for workflows alone: see `workflowAt`. */
export const YAML: vscode.DocumentSelector = [{ language: 'yaml' }];

/** A workflow file that somebody edits, as it stands now. */
export interface OpenWorkflow {
  readonly document: vscode.TextDocument;
  readonly analysis: Analysis;
  readonly lines: Lines;
  /** Where it belongs: undefined for a file outside of every folder. */
  readonly place: Place | undefined;
  /** Path from the folder of that place. */
  readonly ref: string;
}

/** The same for those who are asked as soon as a file is opened: a large one is read in slices first. */
export async function readWorkflowAt(
  world: FeatureWorld,
  document: vscode.TextDocument,
): Promise<OpenWorkflow | undefined> {
  if (!world.projects.isWorkflow(document.uri)) return undefined;
  await world.analyses.ready(document);
  return workflowAt(world, document);
}

/** The workflow of a document; undefined for any other YAML. */
export function workflowAt(world: FeatureWorld, document: vscode.TextDocument): OpenWorkflow | undefined {
  if (!world.projects.isWorkflow(document.uri)) return undefined;
  const analysis = world.analyses.of(document);
  const found = world.projects.find(document.uri);
  return {
    document,
    analysis,
    lines: linesOf(analysis.text),
    place: found?.place,
    ref: found?.ref ?? '',
  };
}
