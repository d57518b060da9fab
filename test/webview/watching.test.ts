import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { suite, suiteSetup, suiteTeardown, teardown, test } from 'mocha';
import type { Browser } from 'playwright-core';
import { stepGraph } from '../../src/graph/step-graph.ts';
import { replay } from '../../src/model/apply-event.ts';
import { graphView, runSummary, statusOfNodes } from '../../src/views/graph-view.ts';
import { spoken } from '../../src/views/sentence.ts';
import { timelineOf } from '../../src/views/timeline.ts';
import type { HostMessage } from '../../src/webview/protocol.ts';
import { BEGIN, ended, eventsOf, exited, RELEASE, started, workflowOf } from '../views/graph-sample.ts';
import { openBrowser, PanelPage, panelBundle } from './panel-page.ts';
import { THEMES, type Theme } from './themes.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../test-results/screenshots/', import.meta.url));

const WORKFLOW = workflowOf(RELEASE);
const EVENTS = eventsOf(WORKFLOW, [
  started(10, 'checkout'),
  ended(1_250, 'checkout', { took: 1_240 }),
  started(1_260, 'install'),
  ended(9_000, 'install', { took: 7_740, outcome: exited(1), retryAt: 10_000 }),
  started(10_000, 'install', 2),
  ended(23_900, 'install', { took: 13_900, attempt: 2 }),
  started(23_910, 'lint'),
  started(23_912, 'unit-tests'),
  started(25_913, 'browser-tests'),
  ended(26_000, 'lint', { took: 2_090, outcome: exited(1) }),
  started(26_010, 'build'),
  ended(33_912, 'unit-tests', { took: 10_000 }),
  ended(38_400, 'build', { took: 12_390 }),
  [
    38_410,
    { type: 'step-waiting', step: 'sign_off', wait: { for: 'answer', attempt: 1, question: 'Ship it?' } },
  ],
  [52_000, { type: 'gate-answered', step: 'sign_off', answer: 'approve', by: 'person' }],
  ended(52_000, 'sign_off', { took: 13_590 }),
  ended(55_000, 'browser-tests', { took: 29_087, outcome: exited(7) }),
  [55_010, { type: 'step-skipped', step: 'publish', reason: 'upstream_failed', because: 'browser-tests' }],
  [55_020, { type: 'run-ended', status: 'failed', warnings: 1 }],
]);

function graphMessage(): HostMessage {
  const run = replay(EVENTS);
  assert.ok(run);
  const { path } = timelineOf(EVENTS, run);
  const view = graphView({ workflow: WORKFLOW, graph: stepGraph(WORKFLOW), run, path });
  return { type: 'graph', view, direction: 'right', canRun: true, now: BEGIN + 56_000, facts: EVENTS.length };
}

function timelineMessage(): HostMessage {
  const run = replay(EVENTS);
  assert.ok(run);
  const timeline = timelineOf(EVENTS, run, { build: 9_000, 'unit-tests': 9_500, 'browser-tests': 15_000 });
  return { type: 'timeline', timeline, story: timeline.story.map(spoken), now: BEGIN + 56_000 };
}

const HISTORY: HostMessage = {
  type: 'history',
  current: 'r28',
  trend: {
    runs: Array.from({ length: 30 }, (_, i) => ({
      run: `r${i}`,
      status: i % 7 === 3 ? ('failed' as const) : ('succeeded' as const),
      startedAt: BEGIN + i * 86_400_000,
      durationMs: 40_000 + ((i * 7919) % 13) * 2500,
    })),
    successRate: 0.87,
    p50Ms: 52_000,
    p95Ms: 71_000,
    flaky: [{ step: 'browser-tests', retried: 3, flips: 4 }],
  },
};

suite('Watching in the panel', () => {
  let browser: Browser;
  let bundle: string;
  let panel: PanelPage;

  suiteSetup(async () => {
    [browser, bundle] = await Promise.all([openBrowser(), panelBundle()]);
    await mkdir(SCREENSHOTS, { recursive: true });
  });
  suiteTeardown(() => browser.close());
  teardown(async () => {
    assert.deepEqual(panel.complaints, []);
    await panel.page.close();
  });

  async function open(theme: Theme = THEMES.dark): Promise<void> {
    panel = await PanelPage.open(browser, { bundle, theme });
    await panel.send(graphMessage());
  }

  const tab = (name: string) => panel.page.getByRole('tab', { name });
  const picture = (name: string) => panel.page.screenshot({ path: `${SCREENSHOTS}${name}.png` });

  test('a timeline shows what each step did, and says where the time went', async () => {
    await open();
    await tab('Timeline').click();
    assert.deepEqual((await panel.posted()).at(-1), { type: 'view', view: 'timeline' });
    await panel.send(timelineMessage());
    const names = await panel.page.$$eval('.row', (rows) =>
      rows.map((row) => row.getAttribute('aria-label')),
    );
    assert.equal(
      names[1],
      'install; attempt 1 failed for 7.7 s, from 1.3 s on; waited to try again for 1.0 s, from 9.0 s on; ' +
        'attempt 2 succeeded for 14 s, from 10 s on; on the critical path',
    );
    assert.match(names[9] ?? '', /^quality; did not run$/);
    assert.match((await panel.page.textContent('.story')) ?? '', /browser-tests took 29 s, 53 % of the time/);
    for (const [name, theme] of Object.entries(THEMES)) {
      if (name === 'dark') await picture('timeline-dark');
      else {
        await panel.page.close();
        await open(theme);
        await tab('Timeline').click();
        await panel.send(timelineMessage());
        await picture(`timeline-${name}`);
      }
    }
  });

  test('its rows are walked by arrows, and open what the step printed', async () => {
    await open();
    await tab('Timeline').click();
    await panel.send(timelineMessage());
    await panel.page.focus('.row');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual((await panel.posted()).at(-1), { type: 'act', step: 'install', action: 'log' });
  });

  test('a history shows runs as bars that lead to them', async () => {
    await open();
    await tab('History').click();
    await panel.send(HISTORY);
    await picture('history-dark');
    assert.equal(await panel.page.locator('.chart button').count(), 30);
    assert.match((await panel.page.textContent('.figures')) ?? '', /87 %.*52 s.*1 min 11 s/);
    await panel.page.locator('.chart button').nth(3).click();
    assert.deepEqual((await panel.posted()).at(-1), { type: 'show-run', run: 'r3' });
  });

  test('the critical path stands out when asked for, and again when the page is loaded again', async () => {
    await open();
    await panel.page.getByRole('button', { name: 'Show the critical path' }).click();
    const onPath = () =>
      panel.page.$$eval('.card.on-path', (cards) => cards.map((card) => card.getAttribute('data-step')));
    assert.deepEqual(await onPath(), ['checkout', 'install', 'browser-tests']);
    await picture('critical-path');
    await panel.page.reload();
    await panel.send(graphMessage());
    assert.deepEqual(await onPath(), ['checkout', 'install', 'browser-tests']);
  });

  test('steps are found by a part of their names', async () => {
    await open();
    await panel.page.keyboard.press('/');
    await panel.page.keyboard.type('test');
    assert.deepEqual(
      await panel.page.$$eval('.card.found', (cards) => cards.map((card) => card.getAttribute('data-step'))),
      ['unit-tests', 'browser-tests'],
    );
    assert.equal(await panel.page.textContent('.hits'), '1 of 2');
    await panel.page.keyboard.press('Enter');
    assert.equal(await panel.page.textContent('.hits'), '2 of 2');
    await picture('search');
    await panel.page.keyboard.press('Escape');
    assert.equal(await panel.page.locator('.card.found').count(), 0);
  });

  test('a run that is over can be looked back at', async () => {
    await open();
    await panel.page.getByRole('slider').focus();
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowRight');
    assert.deepEqual((await panel.posted()).at(-1), { type: 'look-back', seq: 2 });
    const state = replay(EVENTS.slice(0, 7));
    assert.ok(state);
    await panel.send({
      type: 'moment',
      seq: 7,
      nodes: statusOfNodes(state),
      run: runSummary(state),
      afterMs: 23_900,
    });
    assert.match((await panel.names())[0] ?? '', /checkout, run step, succeeded/);
    assert.match((await panel.names()).join('\n'), /lint, run step, queued/);
    assert.match((await panel.page.textContent('.moment')) ?? '', /7 of \d+, 24 s after the start/);
    await picture('look-back');
  });

  test('more is told of a step on which the pointer rests, with what can be done', async () => {
    await open();
    await panel.page.hover('[data-step="browser-tests"]');
    await panel.page.waitForFunction(() => globalThis.posted?.some(({ type }) => type === 'tell'));
    await panel.send({
      type: 'detail',
      detail: {
        step: 'browser-tests',
        label: 'browser-tests',
        standing: 'failed · exit 7, 29 s',
        usualMs: 15_000,
        slowMs: 21_000,
        outputs: [{ name: 'report', value: 'out/report.html' }],
        lines: ['  ✓ signs in', '  ✗ pays by card', 'Error: timed out after 10 s'],
        actions: ['log', 'run-from', 'open'],
      },
    });
    const card = panel.page.getByRole('dialog', { name: 'browser-tests' });
    assert.match((await card.textContent()) ?? '', /usually 15 s, seldom more than 21 s/);
    await picture('detail');
    await card.getByRole('button', { name: 'Run from here' }).click();
    assert.deepEqual((await panel.posted()).at(-1), {
      type: 'act',
      step: 'browser-tests',
      action: 'run-from',
    });
    assert.equal(await card.count(), 0);
  });

  test('a large graph has a small map that leads anywhere', async () => {
    await open();
    assert.ok(!(await panel.page.isVisible('.minimap')));
    const sketch = Array.from(
      { length: 300 },
      (_, i) => `s${i}: run${i < 10 ? '' : ` needs s${i - 10},s${(i * 7) % i}`}`,
    );
    const workflow = workflowOf(sketch.join('\n'));
    const view = graphView({ workflow, graph: stepGraph(workflow) });
    await panel.send({ type: 'graph', view, direction: 'right', canRun: true, now: BEGIN });
    for (let i = 0; i < 8; i++) await panel.page.keyboard.press('+');
    assert.ok(await panel.page.isVisible('.minimap'));
    const before = await panel.camera();
    await panel.page.locator('.minimap').click({ position: { x: 3, y: 3 } });
    assert.notEqual(await panel.camera(), before);
    await picture('minimap');
  });

  test('nothing in any view keeps people out who use a screen reader or a keyboard', async () => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const theme of Object.values(THEMES)) {
      await open(theme);
      for (const [name, message] of [
        ['Graph', undefined],
        ['Timeline', timelineMessage()],
        ['History', HISTORY],
      ] as const) {
        await tab(name).click();
        if (message !== undefined) await panel.send(message);
        await panel.page.evaluate(axe);
        const found = await panel.page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as Axe).axe.run(document, {
            // Of a card its name is read, then how it stands: what is drawn has the same words in another order.
            rules: { 'label-content-name-mismatch': { enabled: false } },
          });
          return violations.map(
            ({ id, impact, nodes }) =>
              `${impact} ${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
          );
        });
        assert.deepEqual(
          found.filter((each) => /^(serious|critical)/.test(each)),
          [],
          `${theme.bodyClass}, ${name}`,
        );
      }
      if (theme !== Object.values(THEMES).at(-1)) await panel.page.close();
    }
  });
});

interface Axe {
  readonly axe: {
    run(
      of: Document,
      options: object,
    ): Promise<{
      readonly violations: readonly {
        readonly id: string;
        readonly impact: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }[];
    }>;
  };
}
