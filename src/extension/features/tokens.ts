import * as vscode from 'vscode';
import { TOKEN_MODIFIERS, TOKEN_TYPES, tokens, type Token } from '../../language/tokens.ts';
import { readWorkflowAt, YAML, type Feature } from './feature.ts';

const LEGEND = new vscode.SemanticTokensLegend([...TOKEN_TYPES], [...TOKEN_MODIFIERS]);

/** Colours for the names of a workflow, those that exist and those that do not, and for its expressions. */
export const offerTokens: Feature = (world) =>
  vscode.languages.registerDocumentSemanticTokensProvider(
    YAML,
    {
      async provideDocumentSemanticTokens(document) {
        const open = await readWorkflowAt(world, document);
        if (open === undefined) return undefined;
        const builder = new vscode.SemanticTokensBuilder(LEGEND);
        for (const token of tokens(open.analysis)) {
          const from = open.lines.position(token.start);
          const to = open.lines.position(token.end);
          // Editors take tokens of one line alone; only texts inside of expressions ever go over several.
          if (from.line !== to.line) continue;
          builder.push(
            from.line,
            from.character,
            to.character - from.character,
            typeOf(token),
            modifiersOf(token),
          );
        }
        return builder.build();
      },
    },
    LEGEND,
  );

function typeOf({ type }: Token): number {
  return TOKEN_TYPES.indexOf(type);
}

/** A bit for each. */
function modifiersOf({ modifiers }: Token): number {
  return modifiers.reduce((bits, each) => bits | (1 << TOKEN_MODIFIERS.indexOf(each)), 0);
}
