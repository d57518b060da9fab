import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { suite, test } from 'mocha';
import type { Groups, Lease } from '../../src/journal/groups.ts';
import { JournalFailure } from '../../src/journal/journal.ts';
import { MemoryGroups } from '../../src/journal/memory-groups.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { startRun, type OwnOptions } from '../../src/project/own-runs.ts';
import { openProject, type Project } from '../../src/project/project.ts';
import type { RunRequest } from '../../src/project/runs.ts';

const FILE = `name: Deploy
inputs: { to: { default: here } }
env: { PLACE: "at-\${{ inputs.to }}" }
concurrency: { group: "\${{ run.workflow }} \${{ env.PLACE }} \${{ env.WHO }}", when_full: WHEN }
steps: { a: { run: "true" } }
`;
const GROUP = 'Deploy at-there me';

suite('A run of a workflow with concurrency', () => {
  let folder = '';
  setup(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-admission-'))));
  teardown(() => fs.rmSync(folder, { recursive: true, force: true }));

  const open = (groups: Groups) => openProject(folder, { journal: new MemoryJournal(), groups });

  async function start(project: Project, whenFull: string, options: OwnOptions = {}) {
    fs.writeFileSync(path.join(folder, 'deploy.workflow.yaml'), FILE.replace('WHEN', whenFull));
    const workflow = await project.workflows.load('deploy');
    assert.ok(workflow.ok);
    const request: RunRequest = {
      workflow: workflow.value,
      inputs: { to: 'there' },
      env: { WHO: 'me' },
      cause: { kind: 'person', door: 'library' },
    };
    return startRun(project, request, { run: 'r', ...options });
  }

  async function occupied(groups: Groups): Promise<Lease> {
    const holder = { run: 'other' };
    const evict = () => Promise.resolve(true);
    const request = { group: GROUP, limit: 1, whenFull: 'queue', holder, evict } as const;
    const lease = await groups.enter(request, new AbortController().signal);
    assert.ok(typeof lease === 'object' && 'release' in lease);
    return lease;
  }

  test('is there before it waits, begins when there is a place, and gives it back', async () => {
    const groups = new MemoryGroups();
    const project = open(groups);
    const lease = await occupied(groups);
    let told: (words: string) => void = () => undefined;
    const waits = new Promise<string>((resolve) => (told = resolve));
    const started = await start(project, 'queue', {
      onWait: ({ run, group, position }) => told(`${run} is number ${position} for ${group}`),
    });
    assert.ok(started.ok);
    assert.equal(await waits, `r is number 1 for ${GROUP}`);
    assert.deepEqual(
      (await project.runs.journal.read('r'))?.events.map(({ type }) => type),
      ['run-started', 'run-queued'],
    );
    lease.release();
    assert.equal((await started.value.ended).ended, 'succeeded');
    assert.deepEqual(await groups.look(GROUP), { holders: [], waiting: [] });
  });

  test('that is stopped while it waits ends as cancelled, and has run nothing', async () => {
    const groups = new MemoryGroups();
    const project = open(groups);
    const lease = await occupied(groups);
    const started = await start(project, 'queue');
    assert.ok(started.ok);
    assert.equal(await project.runs.stop('r', { by: 'SIGTERM' }), 'told');
    const state = await started.value.ended;
    assert.deepEqual([state.ended, state.stop?.by], ['cancelled', 'SIGTERM']);
    assert.deepEqual(
      (await project.runs.journal.read('r'))?.events.map(({ type }) => type),
      ['run-started', 'run-queued', 'stop-requested', 'step-skipped', 'run-ended'],
    );
    assert.deepEqual(await groups.look(GROUP), { holders: [{ run: 'other' }], waiting: [] });
    lease.release();
  });

  test('that will not wait is refused before anything is written', async () => {
    const groups = new MemoryGroups();
    const project = open(groups);
    const lease = await occupied(groups);
    const started = await start(project, 'reject');
    assert.ok(!started.ok && started.error.kind === 'full');
    assert.equal(started.error.message, `The concurrency group "${GROUP}" is full. Held by other.`);
    assert.deepEqual(await project.runs.journal.list(), []);
    lease.release();
    const again = await start(project, 'reject');
    assert.equal(again.ok && (await again.value.ended).ended, 'succeeded');
    const taken = await start(project, 'reject');
    assert.ok(!taken.ok && taken.error.kind === 'taken');
    assert.deepEqual(await groups.look(GROUP), { holders: [], waiting: [] });
  });

  test('whose group cannot be kept says why', async () => {
    const trouble = 'The group "g" cannot be kept: the disk is full';
    const broken: Groups = {
      enter: () => Promise.resolve({ trouble }),
      look: () => Promise.resolve({ holders: [], waiting: [] }),
    };
    const refused = await start(open(broken), 'reject');
    assert.deepEqual(refused.ok || refused.error, { kind: 'unknown', message: trouble });
    const project = open(broken);
    const started = await start(project, 'queue');
    assert.ok(started.ok);
    await assert.rejects(started.value.ended, new JournalFailure(trouble));
    assert.equal((await project.runs.journal.read('r'))?.presence, 'lost');
  });
});
