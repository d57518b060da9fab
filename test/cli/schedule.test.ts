import { deepEqual, equal, match, ok } from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openProject } from '../../src/project/project.ts';
import { eventually } from '../eventually.ts';
import { baton, start, workspace, type Started } from './cli.ts';

const NIGHTLY = `name: Nightly
on:
  schedule:
    - cron: 30 2 * * *
      timezone: Europe/Berlin
    - every: 1s
steps:
  a: { run: "echo due \${{ schedule.nominal_time }} \${{ schedule.is_catch_up }}" }
`;

let folder: string;
let dispose: () => void;
const serving = new Set<Started>();

function given(files: Readonly<Record<string, string>>): void {
  ({ folder, dispose } = workspace(files));
}

/** Starts `baton serve`, and waits until it keeps everything awake. */
async function serve(): Promise<Started> {
  const started = start(folder, 'serve');
  serving.add(started);
  await eventually(() => started.out().includes('Ready.'), 20_000);
  return started;
}

async function end(started: Started, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  started.child.kill(signal);
  await started.ended;
  serving.delete(started);
}

const runs = () => openProject(folder).runs.journal.list();
const ended = async () => (await runs()).filter(({ status }) => status !== 'running');

suite('`baton schedule`', () => {
  teardown(async () => {
    for (const each of serving) await end(each, 'SIGKILL');
    dispose();
  });

  test('lists what there is, and says that nobody keeps it awake', async () => {
    given({ 'nightly.workflow.yaml': NIGHTLY, 'plain.workflow.yaml': 'steps: { a: { run: "true" } }\n' });
    const { out, code } = await baton(folder, 'schedule', 'list');
    equal(code, 0);
    match(out, /^Nightly#1 {2}30 2 \* \* \*, Europe\/Berlin {2}next \d{4}-\d\d-\d\dT02:30:00\+0[12]:00\n/);
    match(out, /\nNightly#2 {2}every 1s /);
    match(out, /Nobody keeps them awake: they fire while `baton serve` runs here/);
  });

  test('says the next times with their offsets, across a change of the clocks', async () => {
    given({ 'nightly.workflow.yaml': NIGHTLY });
    const { out } = await baton(
      folder,
      'schedule',
      'next',
      'nightly',
      '--json',
      '--count',
      '3',
      '--from',
      '2027-03-26T12:00:00Z',
    );
    const [first] = JSON.parse(out) as object[];
    deepEqual(first, {
      workflow: 'nightly.workflow.yaml',
      schedule: '30 2 * * *, Europe/Berlin',
      timezone: 'Europe/Berlin',
      // On the 28th there is no 02:30: it comes at the first instant after the gap.
      times: ['2027-03-27T02:30:00+01:00', '2027-03-28T03:00:00+02:00', '2027-03-29T02:30:00+02:00'],
    });
  });

  test('says never of what cannot be, and what is wrong with what it is asked', async () => {
    given({ 'odd.workflow.yaml': 'on: { schedule: { cron: 0 0 30 2 * } }\nsteps: { a: { run: "true" } }\n' });
    match((await baton(folder, 'schedule', 'next')).out, /\n {2}never\n$/);
    const wrong = await baton(folder, 'schedule', 'next', '--from', 'yesterday');
    equal(wrong.code, 2);
    equal(wrong.err, 'baton: --from wants a moment such as 2027-01-01T08:00:00Z, not "yesterday".\n');
    const unknown = await baton(folder, 'schedule', 'disable', 'nightly');
    equal(unknown.code, 2);
    match(unknown.err, /There is no schedule "nightly"\. There is: odd\./);
  });

  test('begins a run now, which knows why', async () => {
    given({ 'nightly.workflow.yaml': NIGHTLY });
    const { out, code } = await baton(folder, 'schedule', 'run', 'nightly#1');
    equal(code, 0);
    await eventually(async () => (await ended()).length === 1, 20_000);
    const logs = await baton(folder, 'logs', out.trim());
    match(logs.out, /due \d{4}-\d\d-\d\dT.*Z false/);
    match((await baton(folder, 'schedule', 'run', 'nightly')).err, /"nightly" has 2 schedules: say which/);
  });
});

suite('`baton serve`', function () {
  this.timeout(60_000);

  teardown(async () => {
    for (const each of serving) await end(each, 'SIGKILL');
    dispose();
  });

  test('begins runs when they are due, takes note of what is switched off and on, and leaves when asked', async () => {
    given({ 'nightly.workflow.yaml': NIGHTLY });
    const server = await serve();
    match(server.out(), /2 schedules; next: Nightly#2 at /);
    ok(!(await baton(folder, 'schedule', 'list')).out.includes('Nobody keeps them awake'));
    await eventually(async () => (await ended()).length >= 2, 20_000);
    equal(
      (await baton(folder, 'schedule', 'disable', 'nightly#2')).out,
      'Nightly#2 (every 1s) is off: no time of it begins a run.\n',
    );
    await eventually(async () => (await runs()).every(({ status }) => status === 'succeeded'));
    const before = (await runs()).length;
    match((await baton(folder, 'schedule', 'list')).out, /Nightly#2 .* off {2,}\d+ runs/);
    match((await baton(folder, 'schedule', 'enable', 'nightly#2')).out, /is on: its times count from now/);
    await eventually(async () => (await ended()).length > before, 20_000);
    server.child.kill('SIGINT');
    const { code, err } = await server.ended;
    serving.delete(server);
    deepEqual([code, err], [0, '']);
    ok((await runs()).every(({ cause }) => cause.kind === 'schedule' && cause.isCatchUp === undefined));
  });

  test('never begins a time twice, however often it is killed and begun again, nor when two of them serve', async () => {
    given({
      'often.workflow.yaml':
        'on: { schedule: { every: 1s, overlap: allow, catch_up: all } }\nsteps: { a: { run: "echo x >> times" } }\n',
    });
    for (let round = 0; round < 3; round++) {
      const servers = await Promise.all([serve(), serve()]);
      const before = (await runs()).length;
      await eventually(async () => (await runs()).length > before, 20_000);
      for (const server of servers) await end(server, 'SIGKILL');
    }
    await eventually(async () => (await runs()).every(({ status }) => status === 'succeeded'), 20_000);
    const all = await runs();
    const times = fs.readFileSync(path.join(folder, 'times'), 'utf8').trim().split('\n');
    equal(times.length, all.length);
    const nominal = all.map(({ cause }) => (cause.kind === 'schedule' ? cause.nominalTime : ''));
    equal(new Set(nominal).size, all.length);
  });

  test('makes up for what it slept through', async () => {
    given({ 'often.workflow.yaml': 'on: { schedule: { every: 1s } }\nsteps: { a: { run: "true" } }\n' });
    const server = await serve();
    await eventually(async () => (await ended()).length >= 1, 20_000);
    server.child.kill('SIGSTOP');
    const stoppedAt = Date.now();
    await eventually(() => Date.now() - stoppedAt > 4000);
    const before = (await runs()).length;
    server.child.kill('SIGCONT');
    await eventually(async () => (await runs()).length > before, 20_000);
    const record = [...openProject(folder).schedules.ledger.read().values()][0];
    ok(record);
    ok(record.missed + record.skipped >= 3, `${record.missed} missed`);
  });

  test('says which file is broken, keeps its past, and goes on with the others', async () => {
    given({
      'often.workflow.yaml': 'name: Often\non: { schedule: { every: 1s } }\nsteps: { a: { run: "true" } }\n',
      'bad.workflow.yaml': 'name: Bad\non: { schedule: { every: 1s } }\nsteps: { a: { run: "true" } }\n',
    });
    await serve();
    const of = async (name: string) => (await ended()).filter((run) => run.name === name).length;
    await eventually(async () => (await of('Bad')) > 0 && (await of('Often')) > 0, 20_000);
    fs.writeFileSync(
      path.join(folder, 'bad.workflow.yaml'),
      'name: Bad\non: { schedule: { every: 1s } }\nsteps: { a: { runs: x } }\n',
    );
    await eventually(
      async () => /Bad .*broken: .*run/.test((await baton(folder, 'schedule', 'list')).out),
      20_000,
    );
    const before = await of('Often');
    await eventually(async () => (await of('Often')) > before, 20_000);
    match((await baton(folder, 'schedule', 'list')).out, /Bad {2,}every 1s {2,}broken: .* [1-9]\d* runs?/);
    // Not even YAML any more.
    fs.writeFileSync(path.join(folder, 'bad.workflow.yaml'), 'on: { schedule: [\n');
    match((await baton(folder, 'schedule', 'list')).out, /bad.*every 1s {2,}broken: /);
  });

  test('begins a run when files change that are watched, once for many, and not for what is ignored or its own', async () => {
    given({
      'check.workflow.yaml':
        'name: Check\non: { files: { paths: "src/**", debounce: 200ms } }\nsteps: { a: { run: "echo made > src/made.txt; sleep 0.3" } }\n',
      '.gitignore': '*.log\n',
      'src/.gitignore': 'out/\n',
      'src/a.txt': '',
    });
    const server = await serve();
    match(server.out(), /1 workflow that waits for files/);
    const write = (name: string) => {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), String(Math.random()));
    };
    write('src/noise.log');
    write('src/out/made.txt');
    write('elsewhere.txt');
    for (const name of ['src/a.txt', 'src/b.txt', 'src/deep/c.txt']) write(name);
    await eventually(async () => (await ended()).length === 1, 20_000);
    const [first] = await runs();
    deepEqual(first?.cause, { kind: 'files', files: ['src/a.txt', 'src/b.txt', 'src/deep/c.txt'], count: 3 });
    // What the run wrote begins no run; what a person writes then begins the next.
    fs.rmSync(path.join(folder, 'src/b.txt'));
    await eventually(async () => (await ended()).length === 2, 20_000);
    await eventually(() => (server.out().match(/files changed/g) ?? []).length === 2);
    equal((await runs()).length, 2);
  });
});

suite('`baton metrics`', () => {
  teardown(() => dispose());

  test('counts what is kept, whoever asks', async () => {
    given({
      'a.workflow.yaml': 'name: A\nsteps: { a: { run: "true" } }\n',
      'b.workflow.yaml': 'steps: { a: { run: exit 1 } }\n',
    });
    await baton(folder, 'run', 'a');
    await baton(folder, 'run', 'a');
    await baton(folder, 'run', 'b');
    const read = JSON.parse((await baton(folder, 'metrics')).out) as Record<string, unknown>;
    equal(read['jobs_completed'], 2);
    equal(read['jobs_failed'], 1);
    equal(read['jobs_scheduled'], 0);
    equal(read['completion_rate'], 2 / 3);
    deepEqual(Object.keys(read['by_workflow'] as object), ['a.workflow.yaml', 'b.workflow.yaml']);
    const { out } = await baton(folder, 'metrics', '--format', 'prometheus');
    match(out, /^baton_runs_completed\{workflow="a\.workflow\.yaml"\} 2$/m);
    match(out, /^# TYPE baton_runs_failed gauge$/m);
  });
});
