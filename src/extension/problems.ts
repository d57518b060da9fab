import * as vscode from 'vscode';
import { linesOf, type Lines } from '../base/lines.ts';
import { impossible } from '../base/result.ts';
import type { Diagnostic, RelatedLocation, Severity } from '../model/diagnostic.ts';
import { linkedCode } from './explain.ts';
import { editorRange } from './ranges.ts';
import type { WorkflowFile, WorkflowFiles } from './workflow-files.ts';

/** Keeps the Problems panel true for every workflow file, open or not. */
export function showProblems(files: WorkflowFiles): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('baton');
  const show = (uri: vscode.Uri) => {
    const file = files.get(uri);
    if (file === undefined) collection.delete(uri);
    else collection.set(uri, problemsOf(file, files));
  };
  for (const file of files.all()) show(file.uri);
  return vscode.Disposable.from(collection, files.onDidChange(show));
}

function problemsOf(file: WorkflowFile, files: WorkflowFiles): vscode.Diagnostic[] {
  const lines = linesOf(file.analysis.text);
  return file.analysis.diagnostics.map((diagnostic) => {
    const problem = problemOf(diagnostic, lines);
    problem.relatedInformation = diagnostic.related.map((related) =>
      relatedTo(related, { file, lines, files }),
    );
    return problem;
  });
}

/** A diagnostic as the editor shows it, without its related places. */
function problemOf(diagnostic: Diagnostic, lines: Lines): vscode.Diagnostic {
  const range = editorRange(lines, diagnostic.range);
  const problem = new vscode.Diagnostic(range, diagnostic.message, severityOf(diagnostic.severity));
  problem.source = 'baton';
  problem.code = linkedCode(diagnostic.code);
  return problem;
}

function relatedTo(
  { file: ref, message, range }: RelatedLocation,
  here: { readonly file: WorkflowFile; readonly lines: Lines; readonly files: WorkflowFiles },
): vscode.DiagnosticRelatedInformation {
  const { file, lines, files } = here;
  if (ref === undefined || file.place === undefined) {
    return new vscode.DiagnosticRelatedInformation(
      new vscode.Location(file.uri, editorRange(lines, range)),
      message,
    );
  }
  const other = files.ofPlace(file.place, ref);
  const uri = other?.uri ?? vscode.Uri.joinPath(file.place.folder.uri, ref);
  const at =
    other === undefined ? new vscode.Range(0, 0, 0, 0) : editorRange(linesOf(other.analysis.text), range);
  return new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, at), message);
}

export function severityOf(severity: Severity): vscode.DiagnosticSeverity {
  switch (severity) {
    case 'error':
      return vscode.DiagnosticSeverity.Error;
    case 'warning':
      return vscode.DiagnosticSeverity.Warning;
    case 'information':
      return vscode.DiagnosticSeverity.Information;
    case 'hint':
      return vscode.DiagnosticSeverity.Hint;
    default:
      return impossible(severity);
  }
}
