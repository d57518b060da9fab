import * as vscode from 'vscode';
import { callItemAt, callsFrom, callsInto, type CallItem } from '../../language/calls.ts';
import { linesOf, type Range } from '../../base/lines.ts';
import type { OtherFile } from '../../language/navigate.ts';
import { editorRange } from '../ranges.ts';
import { YAML, type Feature } from './feature.ts';
import { locationOf, othersOf, workflowOf, type AnyWorkflow } from './other-files.ts';
import { SYMBOL_KINDS } from './symbol-kinds.ts';

/** Who needs a step and whom it needs, over files that run each other. */
export const offerCallHierarchy: Feature = (world) => {
  const itemOf = (item: CallItem, own: AnyWorkflow, others: readonly OtherFile[]) => {
    const { uri, range } = locationOf(world, item, { own, others });
    const selection = locationOf(world, { ...item, range: item.selection }, { own, others });
    return new vscode.CallHierarchyItem(
      SYMBOL_KINDS[item.kind],
      item.name,
      item.detail,
      uri,
      range,
      selection.range,
    );
  };
  /** The file of an item, and the offset that stands for the item in it. */
  const at = ({ uri, selectionRange }: vscode.CallHierarchyItem) => {
    const own = workflowOf(world, uri);
    return own && { own, offset: own.lines.offset(selectionRange.start), others: othersOf(world, own) };
  };
  return vscode.languages.registerCallHierarchyProvider(YAML, {
    prepareCallHierarchy(document, position) {
      if (!world.projects.isWorkflow(document.uri)) return undefined;
      const own = workflowOf(world, document.uri);
      const item = own && callItemAt(own.analysis, own.lines.offset(position));
      return own && item && itemOf(item, own, []);
    },
    provideCallHierarchyIncomingCalls(asked) {
      const found = at(asked);
      if (found === undefined) return undefined;
      const { own, offset, others } = found;
      return callsInto(own.analysis, offset, others).map(({ item, ranges }) => {
        // The words stand in the file of the one that needs.
        const text = others.find(({ ref }) => ref === item.ref)?.analysis.text;
        const lines = text === undefined ? own.lines : linesOf(text);
        return new vscode.CallHierarchyIncomingCall(
          itemOf(item, own, others),
          ranges.map((range: Range) => editorRange(lines, range)),
        );
      });
    },
    provideCallHierarchyOutgoingCalls(asked) {
      const found = at(asked);
      if (found === undefined) return undefined;
      const { own, offset, others } = found;
      return callsFrom(own.analysis, offset, others).map(
        ({ item, ranges }) =>
          new vscode.CallHierarchyOutgoingCall(
            itemOf(item, own, others),
            ranges.map((range) => editorRange(own.lines, range)),
          ),
      );
    },
  });
};
