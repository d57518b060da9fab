import * as vscode from 'vscode';
import { linesOf } from '../../base/lines.ts';
import type { FileRange, OtherFile } from '../../language/navigate.ts';
import { editorRange } from '../ranges.ts';
import type { FeatureWorld, OpenWorkflow } from './feature.ts';

/** A workflow, edited or not. */
export type AnyWorkflow = Omit<OpenWorkflow, 'document'> & { readonly uri: vscode.Uri };

/** The other workflows of the same folder, as they stand in the editor at this very moment, else on the disk. */
export function othersOf(
  world: FeatureWorld,
  { place, ref }: Pick<AnyWorkflow, 'place' | 'ref'>,
): readonly OtherFile[] {
  if (place === undefined) return [];
  return world.files.all().flatMap((file) => {
    if (file.place !== place || file.ref === ref) return [];
    const document = world.analyses.document(file.uri);
    const analysis = document === undefined ? file.analysis : world.analyses.of(document);
    return [{ ref: file.ref, analysis }];
  });
}

/** A workflow by its address; undefined for what is none, or is there no more. */
export function workflowOf(world: FeatureWorld, uri: vscode.Uri): AnyWorkflow | undefined {
  const file = world.files.fresh(uri);
  if (file === undefined) return undefined;
  const { analysis, place, ref } = file;
  return { uri, analysis, lines: linesOf(analysis.text), place, ref };
}

/** Where a stretch of a file stands for the editor. A file that is no workflow is meant from its beginning. */
export function locationOf(
  world: FeatureWorld,
  { range, ref }: FileRange,
  { own, others }: { readonly own: AnyWorkflow; readonly others: readonly OtherFile[] },
): vscode.Location {
  if (ref === undefined || own.place === undefined)
    return new vscode.Location(own.uri, editorRange(own.lines, range));
  const other = others.find((each) => each.ref === ref);
  const lines = linesOf(other?.analysis.text ?? '');
  return new vscode.Location(world.projects.uriOf(own.place, ref), editorRange(lines, range));
}
