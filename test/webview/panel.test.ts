import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { suite, suiteSetup, suiteTeardown, test, teardown } from 'mocha';
import type { Browser } from 'playwright-core';
import { analyze } from '../../src/language/analyze.ts';
import { stepGraph } from '../../src/graph/step-graph.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { StepId, Workflow } from '../../src/model/workflow.ts';
import { changedStatuses, graphView, runSummary, statusOfNodes } from '../../src/views/graph-view.ts';
import type { HostMessage } from '../../src/webview/protocol.ts';
import { BEGIN, ended, releaseRun, runOf, started, workflowOf } from '../views/graph-sample.ts';
import { openBrowser, PanelPage, panelBundle } from './panel-page.ts';
import { THEMES, type Theme } from './themes.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../test-results/screenshots/', import.meta.url));
const MOST_BYTES = 150 * 1024;

const SMALL = workflowOf('build: run\ntest: script needs build\nship: workflow needs test');

function graphOf(
  workflow: Workflow,
  given: { run?: RunState; cycles?: StepId[][]; now?: number } = {},
): HostMessage {
  const { run, cycles, now = 0 } = given;
  const view = graphView({
    workflow,
    graph: stepGraph(workflow),
    ...(cycles !== undefined && { cycles }),
    ...(run !== undefined && { run }),
  });
  return { type: 'graph', view, direction: 'right', canRun: true, now: BEGIN + now };
}

function statusOf(run: RunState, now: number): HostMessage {
  return { type: 'status', nodes: statusOfNodes(run), run: runSummary(run), now: BEGIN + now };
}

suite('graph panel in Chromium', () => {
  let browser: Browser;
  let bundle: string;
  let panel: PanelPage;

  /** One page serves all tests that ask for nothing special. */
  let common: PanelPage | undefined;
  async function open(given?: { theme?: Theme; plain?: boolean; calm?: boolean }): Promise<PanelPage> {
    if (given !== undefined) panel = await PanelPage.open(browser, { bundle, theme: THEMES.dark, ...given });
    else if (common === undefined)
      panel = common = await PanelPage.open(browser, { bundle, theme: THEMES.dark });
    else {
      panel = common;
      await common.renew();
    }
    return panel;
  }

  suiteSetup(async () => {
    [browser, bundle] = await Promise.all([openBrowser(), panelBundle()]);
    await mkdir(SCREENSHOTS, { recursive: true });
  });
  suiteTeardown(() => browser.close());
  teardown(async () => {
    assert.deepEqual(panel.complaints, []);
    if (panel !== common) await panel.page.close();
  });

  test('the bundle stays small', async () => {
    await open();
    assert.ok(bundle.length <= MOST_BYTES, `${bundle.length} bytes`);
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
  });

  test('a workflow is drawn as cards with names that say it all', async () => {
    await open();
    await panel.send(graphOf(SMALL));
    assert.deepEqual(await panel.names(), [
      'build, run step',
      'test, script step, needs build',
      'ship, workflow step, needs test',
    ]);
    assert.deepEqual(await panel.lines(), ['run step', 'script step', 'workflow step']);
    assert.equal(await panel.page.getAttribute('.stage', 'aria-label'), 'Graph of Release');
    assert.equal(await panel.page.textContent('.summary'), '3 steps');
    await panel.page.getByRole('button', { name: 'Run', exact: true }).click();
    assert.deepEqual((await panel.posted()).at(-1), { type: 'run' });
  });

  test('a click, Enter and a space open the step', async () => {
    await open();
    await panel.send(graphOf(SMALL));
    await panel.page.click('[data-step=test]');
    await panel.page.focus('[data-step=ship]');
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('Space');
    assert.deepEqual((await panel.posted()).slice(1), [
      { type: 'open', step: 'test' },
      { type: 'open', step: 'ship' },
      { type: 'open', step: 'ship' },
    ]);
  });

  test('Tab enters the graph in the order of the run, arrows follow the edges', async () => {
    await open();
    await panel.send(graphOf(workflowOf('last: run needs one,two\none: run\ntwo: run')));
    await panel.page.getByRole('button', { name: 'Run', exact: true }).focus();
    const seen: (string | null)[] = [];
    for (const key of ['Tab', 'Tab', 'Tab', 'ArrowLeft', 'ArrowDown', 'ArrowRight', 'Home', 'End']) {
      await panel.page.keyboard.press(key);
      seen.push(await panel.focused());
    }
    assert.deepEqual(seen, ['one', 'two', 'last', 'one', 'two', 'last', 'one', 'last']);
  });

  test('states change in words, looks and announcements, and nothing moves', async () => {
    await open();
    const before = runOf(SMALL, [started(5, 'build')]);
    await panel.send(graphOf(SMALL, { run: before, now: 3_400 }));
    assert.deepEqual(await panel.lines(), ['running · 3 s', 'pending', 'pending']);
    const [places, camera] = [await panel.places(), await panel.camera()];
    await panel.page.evaluate(() => {
      for (const card of document.querySelectorAll('.card')) card.setAttribute('data-kept', '');
    });
    const after = runOf(SMALL, [
      started(5, 'build'),
      ended(4_105, 'build', { took: 4_100 }),
      started(4_110, 'test'),
    ]);
    const nodes = changedStatuses(statusOfNodes(before), statusOfNodes(after));
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['build', 'test'],
    );
    await panel.send({ type: 'status', nodes, run: runSummary(after), now: BEGIN + 4_200 });
    assert.deepEqual(await panel.names(), [
      'build, run step, succeeded, 4.1 s',
      'test, script step, running, 0 s, needs build',
      'ship, workflow step, pending, waits for test, needs test',
    ]);
    assert.deepEqual([await panel.places(), await panel.camera()], [places, camera]);
    assert.equal(await panel.page.locator('.card[data-kept]').count(), 3);
    assert.match((await panel.page.textContent('.summary')) ?? '', /^Running · 4 s · 1 of 3 done$/);
    await panel.page.waitForFunction(() => document.querySelector('.live')?.textContent !== '');
    assert.equal(await panel.page.textContent('.live'), 'build succeeded, 4.1 s. test running');
  });

  test('a running step counts its seconds', async () => {
    await open();
    const run = runOf(SMALL, [started(0, 'build')]);
    await panel.send(graphOf(SMALL, { run, now: 8_900 }));
    assert.match((await panel.lines())[0] ?? '', /^running · [89] s$/);
    await panel.page.waitForFunction(() =>
      /^running · (9|10) s$/.test(document.querySelector('.line')?.textContent ?? ''),
    );
    await panel.page.getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual((await panel.posted()).at(-1), { type: 'stop' });
  });

  test('motion stops where a person asks for calm', async () => {
    const run = runOf(SMALL, [started(0, 'build')]);
    const animation = (): Promise<string> =>
      panel.page.$eval('.is-running .state', (icon) => getComputedStyle(icon).animationName);
    await open({ calm: false });
    await panel.send(graphOf(SMALL, { run }));
    assert.equal(await animation(), 'turn');
    await panel.page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await animation(), 'none');
  });

  test('zoom and direction survive a reload; fitting comes back with 0', async () => {
    await open();
    await panel.send(graphOf(SMALL));
    const fitted = await panel.camera();
    await panel.page.keyboard.press('+');
    await panel.page.mouse.move(600, 300);
    await panel.page.mouse.wheel(0, -100);
    const zoomed = await panel.camera();
    assert.notEqual(zoomed, fitted);
    await panel.page.reload();
    await panel.send(graphOf(SMALL));
    assert.equal(await panel.camera(), zoomed);
    await panel.page.keyboard.press('0');
    assert.equal(await panel.camera(), fitted);
    await panel.page.getByRole('button', { name: 'Draw from top to bottom' }).click();
    const down = await panel.places();
    assert.equal(new Set(Object.values(down).map((place) => place?.split(' ')[0])).size, 1);
    await panel.page.reload();
    await panel.send(graphOf(SMALL));
    assert.deepEqual(await panel.places(), down);
  });

  test('a drag pans and opens nothing, even when it begins on a card', async () => {
    await open();
    await panel.send(graphOf(SMALL));
    const before = await panel.camera();
    const box = await panel.page.locator('[data-step=test] .body').boundingBox();
    assert.ok(box);
    await panel.page.mouse.move(box.x + 20, box.y + 20);
    await panel.page.mouse.down();
    await panel.page.mouse.move(box.x + 120, box.y + 60, { steps: 4 });
    await panel.page.mouse.up();
    assert.notEqual(await panel.camera(), before);
    assert.deepEqual(await panel.posted(), [{ type: 'ready' }]);
  });

  test('an edit keeps zoom, focus and the place of what is looked at', async () => {
    await open();
    await panel.send(graphOf(SMALL));
    await panel.page.keyboard.press('+');
    await panel.page.focus('[data-step=test]');
    const place = (): Promise<{ x: number; y: number } | null> =>
      panel.page.locator('[data-step=test] .body').boundingBox();
    const [before, scale] = [await place(), await panel.page.textContent('.scale')];
    await panel.send(
      graphOf(
        workflowOf('fetch: run\nbuild: run needs fetch\nlint: run\ntest: script needs build,lint\nship: run'),
      ),
    );
    assert.deepEqual(
      [await place(), await panel.page.textContent('.scale'), await panel.focused()],
      [before, scale, 'test'],
    );
  });

  test('reveal marks a step and brings it into view without taking the focus', async () => {
    await open();
    const long = Array.from({ length: 30 }, (_, n) => `s${n}: run${n === 0 ? '' : ` needs s${n - 1}`}`).join(
      '\n',
    );
    await panel.send(graphOf(workflowOf(long)));
    for (let i = 0; i < 12; i++) await panel.page.keyboard.press('+');
    await panel.send({ type: 'reveal', step: 's29' });
    const box = await panel.page.locator('[data-step=s29] .body').boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 1360);
    assert.equal(await panel.page.getAttribute('[aria-current]', 'data-step'), 's29');
    assert.equal(await panel.focused(), null);
  });

  test('a cycle is drawn, marked and explained', async () => {
    await open();
    const cyclic = workflowOf('a: run needs c\nb: run needs a\nc: run reads b\nd: run needs c');
    await panel.send(graphOf(cyclic, { cycles: [['a', 'b', 'c']] }));
    assert.equal(await panel.page.locator('.edge.cyclic').count(), 3);
    assert.equal(await panel.page.locator('.edge-data').count(), 1);
    await panel.page.getByRole('button', { name: 'a → c → b → a' }).click();
    assert.equal(await panel.focused(), 'a');
    await panel.page.screenshot({ path: `${SCREENSHOTS}webview-cycle.png` });
  });

  test('a step that holds others is a box around them, which a click and Space close', async () => {
    await open();
    const text =
      "name: Groups\nsteps:\n  plan: { run: x }\n  tdd:\n    needs: plan\n    loop:\n      max: 3\n      until: steps.test.outcome == 'succeeded'\n      steps:\n        write: { run: x }\n        test: { needs: write, run: x }\n  ship: { needs: tdd, run: x }\n";
    const { workflow, graph } = analyze(text, { ref: 'w.yaml' });
    const message = (toggled: readonly string[]): HostMessage => ({
      type: 'graph',
      view: graphView({ workflow, graph, groups: { toggled: new Set(toggled) } }),
      direction: 'right',
      canRun: true,
      now: BEGIN,
    });
    await panel.send(message([]));
    assert.deepEqual(await panel.names(), [
      'plan, run step',
      'tdd, loop, holds 2 steps, needs plan',
      'write, run step',
      'test, run step, needs write',
      'ship, run step, needs tdd',
    ]);
    const box = async (step: string) => panel.page.locator(`[data-step="${step}"] .body`).boundingBox();
    const [outer, inner] = [await box('tdd'), await box('tdd[1].test')];
    assert.ok(outer && inner && inner.x > outer.x && inner.x + inner.width < outer.x + outer.width);
    const expanded = () => panel.page.locator('[data-step="tdd"]').getAttribute('aria-expanded');
    assert.equal(await expanded(), 'true');
    await panel.page.screenshot({ path: `${SCREENSHOTS}graph-groups.png` });
    await panel.page.locator('[data-step="tdd"] .switch').click();
    const groups = async () => (await panel.posted()).filter(({ type }) => type === 'groups');
    assert.deepEqual(await groups(), [{ type: 'groups', toggled: ['tdd'] }]);
    await panel.send(message(['tdd']));
    assert.equal(await expanded(), 'false');
    assert.equal((await panel.names()).length, 3);
    await panel.page.locator('[data-step="tdd"]').focus();
    await panel.page.keyboard.press(' ');
    assert.deepEqual((await groups()).at(-1), { type: 'groups', toggled: [] });
    await panel.send(message([]));
    // Arrows go among the steps of a group, and from its end on beside it.
    await panel.page.locator('[data-step="tdd[1].write"]').focus();
    const focused = () => panel.page.evaluate(() => document.activeElement?.getAttribute('data-step'));
    await panel.page.keyboard.press('ArrowRight');
    assert.equal(await focused(), 'tdd[1].test');
    await panel.page.keyboard.press('ArrowRight');
    assert.equal(await focused(), 'ship');
  });

  test('an empty page has kind words, in the language of the host', async () => {
    await open();
    await panel.send({ type: 'empty' });
    assert.match((await panel.page.textContent('.empty')) ?? '', /blank page/);
    await panel.page.screenshot({ path: `${SCREENSHOTS}webview-empty.png` });
    await panel.send({ type: 'words', words: { kind_run: 'Befehl', needs: 'braucht {steps}' } });
    await panel.send(graphOf(workflowOf('a: run\nb: run needs a')));
    assert.deepEqual(await panel.names(), ['a, Befehl', 'b, Befehl, braucht a']);
    await panel.send({ type: 'empty', message: 'Mend line 3 first.' });
    assert.match((await panel.page.textContent('.empty')) ?? '', /Mend line 3 first\./);
    assert.equal(await panel.page.isVisible('.stage'), false);
  });

  test('it also runs in a plain browser', async () => {
    await open({ plain: true });
    await panel.send(graphOf(SMALL));
    assert.equal((await panel.names()).length, 3);
  });

  for (const [name, theme] of Object.entries(THEMES)) {
    test(`looks right in the ${name} theme`, async () => {
      await open({ theme });
      const run = releaseRun();
      await panel.send(graphOf(run.workflow, { run, now: 47_000 }));
      await panel.send(statusOf(run, 47_000));
      await panel.page.keyboard.press('Tab');
      await panel.page.focus('[data-step=build]');
      const ring = await panel.page.$eval('[data-step=build] .ring', (ring) => getComputedStyle(ring).stroke);
      assert.notEqual(ring, 'none');
      await panel.page.screenshot({ path: `${SCREENSHOTS}webview-${name}.png` });
    });
  }
});
