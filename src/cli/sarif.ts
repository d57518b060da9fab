import { linesOf } from '../base/lines.ts';
import { CODES } from '../language/codes.ts';
import type { Severity } from '../model/diagnostic.ts';
import type { Findings } from './diagnostics.ts';

declare const BATON_VERSION: string | undefined;

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

/**
 * `baton lint --format sarif`: the Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020), which code scanning
 * reads. Lines and columns count from 1, columns in UTF-16 code units.
 */
export function findingsAsSarif(findings: readonly Findings[]): object {
  const codes = Object.keys(CODES);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Baton',
            ...(typeof BATON_VERSION === 'string' && { version: BATON_VERSION }),
            rules: Object.entries(CODES).map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.flatMap(({ file, text, diagnostics }) => {
          const lines = linesOf(text);
          const uri = file.split('/').map(encodeURIComponent).join('/');
          return diagnostics.map(({ code, severity, message, range }) => {
            const [start, end] = [lines.position(range.start), lines.position(range.end)];
            const region = {
              startLine: start.line + 1,
              startColumn: start.character + 1,
              endLine: end.line + 1,
              endColumn: end.character + 1,
            };
            return {
              ruleId: code,
              ruleIndex: codes.indexOf(code),
              level: LEVELS[severity],
              message: { text: message },
              locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
            };
          });
        }),
      },
    ],
  };
}
