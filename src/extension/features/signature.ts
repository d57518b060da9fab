import * as vscode from 'vscode';
import { signatureAt } from '../../language/signature.ts';
import { YAML, type Feature } from './feature.ts';

/** The parameters of a function while its arguments are written. */
export const offerSignatures: Feature = ({ projects }) =>
  vscode.languages.registerSignatureHelpProvider(
    YAML,
    {
      provideSignatureHelp(document, position) {
        if (!projects.isWorkflow(document.uri)) return undefined;
        const found = signatureAt(document.getText(), document.offsetAt(position));
        if (found === undefined) return undefined;
        const signature = new vscode.SignatureInformation(found.label, found.documentation);
        signature.parameters = found.parameters.map(
          ({ start, end }) => new vscode.ParameterInformation([start, end]),
        );
        const help = new vscode.SignatureHelp();
        help.signatures = [signature];
        help.activeSignature = 0;
        help.activeParameter = found.active ?? found.parameters.length;
        return help;
      },
    },
    '(',
    ',',
  );
