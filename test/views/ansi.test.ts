import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { withoutEscapes } from '../../src/base/escapes.ts';
import { plainText } from '../../src/views/ansi.ts';

const ESC = '\u001B';

suite('Output with escape sequences', () => {
  test('is plain text, and spans that say how it was to look', () => {
    const { text, spans } = plainText(`a ${ESC}[31mred${ESC}[0m b\n${ESC}[1;4mbold${ESC}[22m line${ESC}[m.`);
    equal(text, 'a red b\nbold line.');
    deepEqual(spans, [
      { line: 0, start: 2, end: 5, style: { foreground: 1 } },
      { line: 1, start: 0, end: 4, style: { bold: true, underline: true } },
      { line: 1, start: 4, end: 9, style: { underline: true } },
    ]);
  });

  test('keeps a colour over the end of a line', () => {
    const { spans } = plainText(`${ESC}[32mone\r\ntwo${ESC}[39m three`);
    deepEqual(
      spans.map(({ line, start, end }) => [line, start, end]),
      [
        [0, 0, 3],
        [1, 0, 3],
      ],
    );
  });

  test('knows bright colours, 256 colours and all colours', () => {
    const styleOf = (codes: string) => plainText(`${ESC}[${codes}mx`).spans[0]?.style;
    deepEqual(styleOf('91'), { foreground: 9 });
    deepEqual(styleOf('104'), { background: 12 });
    deepEqual(styleOf('38;5;4'), { foreground: 4 });
    deepEqual(styleOf('38;5;196'), { foreground: '#ff0000' });
    deepEqual(styleOf('48;5;244'), { background: '#808080' });
    deepEqual(styleOf('38;2;1;2;255;1'), { foreground: '#0102ff', bold: true });
    deepEqual(styleOf('7'), { foreground: 0, background: 7 });
    equal(styleOf('38;2;1;2;999'), undefined);
  });

  test('shows a line drawn several times as it stood in the end', () => {
    equal(plainText('10 %\r20 %\r100 %\ndone').text, '100 %\ndone');
    equal(plainText('abcdef\rxy').text, 'xycdef');
    equal(plainText(`abcdef\r${ESC}[Kxy`).text, 'xy');
    equal(plainText(`abcdef${ESC}[2K\rxy`).text, 'xy');
    equal(plainText('ab\b\bX').text, 'Xb');
    equal(plainText(`a${ESC}[5Gb`).text, 'a   b');
    equal(plainText(`progress${ESC}[1G${ESC}[32mgr${ESC}[0m`).text, 'grogress');
  });

  test('goes without titles, links, and what is cut off', () => {
    equal(
      plainText(`${ESC}]0;title\u0007a${ESC}]8;;http://x${ESC}\\link${ESC}]8;;${ESC}\\b${ESC}[3`).text,
      'alinkb',
    );
  });

  test('reads as it does without its escapes, whatever is in it', () => {
    const piece = fc.oneof(
      fc.stringMatching(/^[a-z ]{0,6}$/),
      fc.constantFrom(
        '\n',
        '\r\n',
        `${ESC}[31m`,
        `${ESC}[0m`,
        `${ESC}[38;5;99m`,
        `${ESC}]0;t\u0007`,
        `${ESC}[1;7m`,
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const raw = pieces.join('');
        equal(plainText(raw).text, withoutEscapes(raw).replaceAll('\r\n', '\n'));
      }),
    );
  });

  test('gives spans within their lines, in order, none over another, of any bytes', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('\r', '\n', '\b', `${ESC}[K`, `${ESC}[1K`, `${ESC}[3G`, `${ESC}[31m`, `${ESC}[m`, ESC),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { text, spans } = plainText(pieces.join(''));
        const lines = text.split('\n');
        let last = { line: 0, end: 0 };
        for (const { line, start, end } of spans) {
          ok(line > last.line || start >= last.end);
          ok(end > start && end <= (lines[line] ?? '').length);
          last = { line, end };
        }
      }),
    );
  });

  test('is read in time that grows with its length alone, a megabyte of one redrawn line included', () => {
    const bar = Array.from(
      { length: 20_000 },
      (_, i) => `${ESC}[32m${'#'.repeat(i % 40)}${ESC}[0m ${i}\r`,
    ).join('');
    ok(plainText(bar).text.includes('19999'));
  });
});
