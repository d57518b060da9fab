import type { Range } from '../base/lines.ts';
import { refFrom } from '../model/ref.ts';
import type { Analysis } from './analyze.ts';
import { allSteps } from './step-entries.ts';
import { entryOf, textOf, valueOf, type YamlNode } from './tree.ts';

/** A place that names a file. */
export interface FileLink {
  readonly range: Range;
  /** From the project's folder, with `/`. */
  readonly ref: string;
  readonly kind: 'workflow' | 'dotenv';
}

/** The workflows that steps run, and files of variables; paths with expressions in them are known only in a run. */
export function fileLinks({ tree, index, workflow }: Analysis): readonly FileLink[] {
  const links: FileLink[] = [];
  for (const step of allSteps(index.steps, index.finally)) {
    const node = valueOf(step.node, 'workflow');
    const path = textOf(node);
    if (node !== undefined && path !== undefined && isPath(path))
      links.push({ range: node.range, ref: refFrom(workflow.ref, path), kind: 'workflow' });
  }
  for (const node of items(entryOf(tree, 'dotenv')?.value)) {
    const path = textOf(node);
    if (path !== undefined && isPath(path))
      links.push({ range: node.range, ref: path.replace(/^\.\//, ''), kind: 'dotenv' });
  }
  return links.toSorted((a, b) => a.range.start - b.range.start);
}

function items(node: YamlNode | undefined): readonly YamlNode[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

function isPath(text: string): boolean {
  return text !== '' && !text.includes('${{');
}
