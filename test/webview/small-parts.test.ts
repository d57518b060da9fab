import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { suite, test } from 'mocha';
import type { NodeStatus } from '../../src/views/graph-view.ts';
import { fitted, revealing, showsAll, zoomed } from '../../src/webview/camera.ts';
import { FORGIVEN_ICON, KIND_ICONS, STATUS_ICONS } from '../../src/webview/icons.ts';
import { layoutGraph } from '../../src/webview/layout.ts';
import { graphPage, readPanelState } from '../../src/webview/protocol.ts';
import { changesInWords } from '../../src/webview/speech.ts';
import { walk, type Arrow } from '../../src/webview/walk.ts';
import { fill, translated, WORDS } from '../../src/webview/words.ts';

suite('graph panel, camera', () => {
  const view = { width: 800, height: 600 };

  test('a fitted drawing is whole, in the middle, and never larger than life', () => {
    const large = { width: 4000, height: 900 };
    assert.ok(showsAll(fitted(large, view), large, view));
    assert.deepEqual(fitted({ width: 200, height: 100 }, view), { scale: 1, x: 300, y: 250 });
  });

  test('zooming keeps the point under the pointer, and stops at its limits', () => {
    const camera = { x: 10, y: 20, scale: 1 };
    const closer = zoomed(camera, 2, { x: 110, y: 220 });
    assert.deepEqual(closer, { scale: 2, x: -90, y: -180 });
    assert.equal(zoomed(camera, 1000, { x: 0, y: 0 }).scale, 3);
  });

  test('revealing moves no more than it must', () => {
    const camera = { x: 0, y: 0, scale: 1 };
    assert.deepEqual(revealing(camera, { x: 100, y: 100, width: 50, height: 50 }, view), camera);
    assert.deepEqual(revealing(camera, { x: 900, y: 100, width: 50, height: 50 }, view), {
      ...camera,
      x: -166,
    });
    assert.deepEqual(revealing(camera, { x: -100, y: 100, width: 50, height: 50 }, view), {
      ...camera,
      x: 116,
    });
  });
});

suite('graph panel, arrow keys', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
    { from: 'b', to: 'd' },
  ];
  const nodes = ['a', 'b', 'c', 'd'].map((id) => ({ id, width: 100, height: 40 }));
  const go = (direction: 'right' | 'down', from: string, arrow: Arrow): string | undefined =>
    walk({ nodes: layoutGraph({ nodes, edges, direction }).nodes, edges, direction }, from, arrow);

  test('along the run they follow edges, across it they go to the neighbour', () => {
    assert.equal(go('right', 'a', 'ArrowRight'), 'b');
    assert.equal(go('right', 'b', 'ArrowDown'), 'c');
    assert.equal(go('right', 'c', 'ArrowUp'), 'b');
    assert.equal(go('right', 'c', 'ArrowLeft'), 'a');
    assert.equal(go('right', 'd', 'ArrowRight'), undefined);
    assert.equal(go('right', 'gone', 'ArrowRight'), undefined);
  });

  test('drawn downwards the keys turn with the drawing', () => {
    assert.equal(go('down', 'a', 'ArrowDown'), 'b');
    assert.equal(go('down', 'b', 'ArrowRight'), 'c');
    assert.equal(go('down', 'd', 'ArrowUp'), 'b');
  });
});

suite('graph panel, words', () => {
  const state = (status: NodeStatus['status']): NodeStatus => ({ id: 's', status, detail: '' });

  test('a few changes are told one by one, many as counts, waiting not at all', () => {
    const done: NodeStatus = { ...state('succeeded'), tookMs: 2100 };
    assert.equal(
      changesInWords(
        [
          { label: 'build', state: done },
          { label: 'test', state: state('running') },
          { label: 'ship', state: state('queued') },
        ],
        WORDS,
      ),
      'build succeeded, 2.1 s. test running',
    );
    const many = [state('running'), done, done, done].map((state) => ({ label: 'x', state }));
    assert.equal(changesInWords(many, WORDS), '1 running, 3 succeeded');
  });

  test('a translation covers what it knows and nothing else', () => {
    const words = translated({ run: 'Ausführen', stop: 3, toString: 'x' });
    assert.equal(words.run, 'Ausführen');
    assert.equal(words.stop, WORDS.stop);
    assert.ok(!Object.hasOwn(words, 'toString'));
    assert.equal(fill('{a} and {b}', { a: 1 }), '1 and {b}');
  });

  test('every icon is a character of the codicon font', async () => {
    const css = await readFile(
      createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.css'),
      'utf8',
    );
    for (const icon of [...Object.values(KIND_ICONS), ...Object.values(STATUS_ICONS), FORGIVEN_ICON]) {
      assert.ok(css.includes(`"\\${icon.codePointAt(0)?.toString(16)}"`), icon);
    }
  });
});

suite('graph panel, what is kept and sent', () => {
  test('the state of another version is read as far as it is understood', () => {
    assert.deepEqual(
      readPanelState({ workflow: 'a.yaml', run: 1, direction: 'up', camera: { x: 0, y: 0 } }),
      {
        workflow: 'a.yaml',
      },
    );
    const whole = { workflow: 'a.yaml', run: 'r1', direction: 'down', camera: { x: 1, y: 2, scale: 0.5 } };
    assert.deepEqual(readPanelState(whole), whole);
    assert.equal(readPanelState('nonsense'), undefined);
    assert.equal(readPanelState(null), undefined);
  });

  test('the page allows its own files only, and nothing breaks out of an attribute', () => {
    const page = graphPage({
      source: 'https://own',
      nonce: 'n"1',
      script: 's.js',
      styles: ['a"b.css'],
      language: 'de',
    });
    assert.match(
      page,
      /default-src 'none'; script-src 'nonce-n&quot;1'; style-src https:\/\/own; font-src https:\/\/own; img-src data:"/,
    );
    assert.match(page, /href="a&quot;b\.css"/);
    assert.doesNotMatch(page, /unsafe|style=|http:/);
  });
});
