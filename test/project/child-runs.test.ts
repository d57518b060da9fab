import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import { describeFailure } from '../../src/model/attempt.ts';
import type { RunEvent } from '../../src/model/run-event.ts';
import type { RunState } from '../../src/model/run-state.ts';
import { openProject, type Project } from '../../src/project/project.ts';
import { startRun, type OwnOptions } from '../../src/project/own-runs.ts';
import { replay } from '../../src/model/apply-event.ts';
import { eventually } from '../eventually.ts';
import { workspace } from '../cli/cli.ts';

const CHILD = `
inputs: { who: { required: true }, times: { type: number, default: 1 } }
steps:
  one: { run: 'echo "first=\${{ inputs.who }}" >> "$BATON_OUTPUT"' }
  two: { needs: one, run: 'echo "second=\${{ inputs.times }}" >> "$BATON_OUTPUT"; echo mark >> marks' }`;

async function inProject(
  files: Readonly<Record<string, string>>,
  work: (project: Project, folder: string) => Promise<void>,
): Promise<void> {
  const { folder, dispose } = workspace(files);
  try {
    await work(openProject(folder), folder);
  } finally {
    dispose();
  }
}

async function run(
  project: Project,
  ref: string,
  options: OwnOptions = {},
): Promise<{ run: string; ended: Promise<RunState> }> {
  const workflow = project.workflows.read(ref);
  assert.ok(workflow.ok);
  const started = await startRun(
    project,
    { workflow: workflow.value, inputs: {}, cause: { kind: 'person', door: 'library' } },
    options,
  );
  assert.ok(started.ok, started.ok ? '' : JSON.stringify(started.error));
  return started.value;
}

function failureOf(state: RunState, step: string): string {
  const outcome = state.steps[step]?.attempts.at(-1)?.outcome;
  return outcome?.ok === false ? describeFailure(outcome.failure) : 'none';
}

suite('A step that runs another workflow', () => {
  test('gives it inputs, and publishes what its steps published', () =>
    inProject(
      {
        'sub/child.workflow.yaml': CHILD,
        'a.workflow.yaml': `steps:
  call: { workflow: sub/child.workflow.yaml, with: { who: "Ada's $(cat)", times: 3 } }
  read: { run: 'echo "\${{ steps.call.outputs.first }} \${{ steps.call.outputs.second }}" > read' }`,
      },
      async (project, folder) => {
        const started = await run(project, 'a.workflow.yaml');
        const state = await started.ended;
        assert.equal(state.ended, 'succeeded');
        assert.equal(fs.readFileSync(path.join(folder, 'read'), 'utf8'), "Ada's $(cat) 3\n");
        const child = state.steps['call']?.attempts[0]?.child ?? '';
        const record = await project.runs.journal.read(child);
        const first = record?.events[0];
        assert.deepEqual(first?.type === 'run-started' && first.cause, {
          kind: 'workflow',
          run: started.run,
          step: 'call',
          above: [],
        });
        const log = await project.runs.journal.readLog({
          run: started.run,
          step: 'call',
          attempt: 1,
          fromByte: 0,
          maxBytes: 9999,
        });
        assert.match(Buffer.from(log ?? []).toString(), /two succeeded/);
      },
    ));

  test('fails with it, and says which run that was', () =>
    inProject(
      {
        'child.yaml': 'steps: { a: { run: exit 3 } }',
        'a.workflow.yaml': 'steps: { call: { workflow: child.yaml } }',
      },
      async (project) => {
        const state = await (await run(project, 'a.workflow.yaml')).ended;
        assert.equal(state.ended, 'failed');
        assert.match(failureOf(state, 'call'), /^its run .*-c1 failed$/);
      },
    ));

  test('tells it to stop, and waits until it has', () =>
    inProject(
      {
        'child.yaml': `steps: { a: { run: "trap 'echo tidy > tidied; exit 0' TERM; echo up > up; sleep 60 & wait" } }`,
        'a.workflow.yaml': 'steps: { call: { workflow: child.yaml } }',
      },
      async (project, folder) => {
        const started = await run(project, 'a.workflow.yaml');
        await eventually(() => fs.existsSync(path.join(folder, 'up')), 10_000);
        await project.runs.stop(started.run);
        const state = await started.ended;
        assert.equal(state.ended, 'cancelled');
        assert.ok(fs.existsSync(path.join(folder, 'tidied')));
        const child = await project.runs.journal.read(`${started.run}-c1`);
        assert.equal(replay(child?.events ?? [])?.ended, 'cancelled');
      },
    ));

  test('ends it when its own time is up', () =>
    inProject(
      {
        'child.yaml': 'steps: { a: { run: sleep 60 } }',
        'a.workflow.yaml': 'steps: { call: { timeout: 300ms, workflow: child.yaml } }',
      },
      async (project) => {
        const started = await run(project, 'a.workflow.yaml');
        const state = await started.ended;
        assert.equal(state.steps['call']?.status, 'timed_out');
        const child = await project.runs.journal.read(`${started.run}-c1`);
        assert.equal(replay(child?.events ?? [])?.ended, 'timed_out');
      },
    ));

  test('waits with it for people, which takes no time from its limit nor from that of its run', () =>
    inProject(
      {
        'child.yaml': 'steps: { ok: { gate: { approval: "Go on?" } }, then: { needs: ok, run: "true" } }',
        'a.workflow.yaml': 'timeout: 400ms\nsteps: { call: { timeout: 300ms, workflow: child.yaml } }',
      },
      async (project) => {
        const events: RunEvent[] = [];
        const started = await run(project, 'a.workflow.yaml', { onEvents: (more) => events.push(...more) });
        await eventually(() => replay(events)?.steps['call']?.status === 'waiting', 10_000);
        const since = Date.now();
        // Longer than both limits.
        await eventually(() => Date.now() - since > 900, 10_000);
        assert.equal(replay(events)?.ended, undefined);
        await project.runs.answer(`${started.run}-c1`, { step: 'ok', answer: 'approve' });
        const state = await started.ended;
        assert.equal(state.ended, 'succeeded');
        assert.equal(state.steps['call']?.status, 'succeeded');
      },
    ));

  test('that waits for people ends with its run when that is stopped', () =>
    inProject(
      {
        'child.yaml': 'steps: { ok: { gate: { approval: "Go on?" } } }',
        'a.workflow.yaml': 'steps: { call: { workflow: child.yaml } }',
      },
      async (project) => {
        const events: RunEvent[] = [];
        const started = await run(project, 'a.workflow.yaml', { onEvents: (more) => events.push(...more) });
        await eventually(() => replay(events)?.steps['call']?.status === 'waiting', 10_000);
        await project.runs.stop(started.run);
        assert.equal((await started.ended).ended, 'cancelled');
        const child = await project.runs.journal.read(`${started.run}-c1`);
        assert.equal(replay(child?.events ?? [])?.ended, 'cancelled');
      },
    ));

  test('begins it anew with every retry', () =>
    inProject(
      {
        'child.yaml': 'steps: { a: { run: "echo x >> tries; [ $(wc -l < tries) -ge 2 ]" } }',
        'a.workflow.yaml': 'steps: { call: { retry: { max: 1, delay: 10ms }, workflow: child.yaml } }',
      },
      async (project) => {
        const state = await (await run(project, 'a.workflow.yaml')).ended;
        assert.equal(state.ended, 'succeeded');
        assert.deepEqual(
          state.steps['call']?.attempts.map(({ child }) => child?.slice(-2)),
          ['c1', 'c2'],
        );
      },
    ));

  test('goes sixteen deep and no deeper, whatever the files have become since they were checked', () =>
    inProject(
      {
        'a.workflow.yaml': 'steps: { a: { run: "true" } }',
        'child.yaml': 'steps: { again: { workflow: child.yaml } }',
      },
      async (project, folder) => {
        fs.writeFileSync(path.join(folder, 'child.yaml'), 'steps: { again: { workflow: next.yaml } }');
        fs.writeFileSync(path.join(folder, 'next.yaml'), 'steps: { a: { run: "true" } }');
        const loaded = project.workflows.read('child.yaml');
        assert.ok(loaded.ok);
        const deep = Array.from({ length: 15 }, (_, i) => ({ run: `r${i}`, step: 'x' }));
        const start = async (above: typeof deep) =>
          startRun(project, {
            workflow: loaded.value,
            inputs: {},
            cause: { kind: 'workflow', run: 'p', step: 's', above },
          });
        const last = await start(deep.slice(0, 14));
        assert.ok(last.ok);
        assert.equal((await last.value.ended).ended, 'succeeded');
        const beyond = await start(deep);
        assert.ok(beyond.ok);
        assert.match(failureOf(await beyond.value.ended, 'again'), /at most 16 deep/);
      },
    ));

  test('says what is wrong with a file that broke since it was checked', () =>
    inProject(
      {
        'child.yaml': 'steps: { a: { run: "true" } }',
        'a.workflow.yaml':
          'steps: { wait: { run: "rm child.yaml" }, call: { needs: wait, workflow: child.yaml } }',
      },
      async (project) => {
        const state = await (await run(project, 'a.workflow.yaml')).ended;
        assert.match(failureOf(state, 'call'), /could not be started: .*child\.yaml/);
      },
    ));

  test('passes large outputs on as files', () =>
    inProject(
      {
        'child.yaml': `steps: { a: { run: '{ echo "big<<END"; head -c 400000 /dev/zero | tr "\\\\0" x; echo; echo END; } >> "$BATON_OUTPUT"' } }`,
        'a.workflow.yaml': `steps:
  call: { workflow: child.yaml }
  read: { run: "wc -c < \${{ file(steps.call.outputs.big) }} > size" }
  small: { if: "startsWith(steps.call.outputs.big, 'xxx')", run: "echo yes > yes" }
  tooBig: { continue_on_error: true, env: { BIG: "\${{ steps.call.outputs.big }}" }, run: "true" }`,
      },
      async (project, folder) => {
        const state = await (await run(project, 'a.workflow.yaml')).ended;
        assert.equal(fs.readFileSync(path.join(folder, 'size'), 'utf8').trim(), '400000');
        assert.ok(fs.existsSync(path.join(folder, 'yes')));
        const outcome = state.steps['call']?.attempts[0]?.outcome;
        assert.ok(outcome?.ok === true && outcome.large?.['big']?.bytes === 400_000);
        assert.match(
          failureOf(state, 'tooBig'),
          /the variable "BIG" is 391 KiB large, and the system takes at most 128: hand it over as a file, by `file\(…\)`/,
        );
        assert.equal(state.ended, 'succeeded');
      },
    ));
});
