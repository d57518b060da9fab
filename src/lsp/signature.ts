import type { SignatureHelp } from 'vscode-languageserver/node';
import { signatureAt } from '../language/signature.ts';

/** The parameters of the function whose arguments are being written. */
export function signatureHelp(text: string, offset: number): SignatureHelp | null {
  const found = signatureAt(text, offset);
  if (found === undefined) return null;
  const { label, documentation, active, parameters } = found;
  const labels = parameters.map(({ start, end }) => ({ label: [start, end] as [number, number] }));
  return {
    signatures: [{ label, documentation, parameters: labels }],
    activeSignature: 0,
    activeParameter: active ?? parameters.length,
  };
}
