import { Command, CommanderError, Option } from 'commander';
import { openDoor, UsageError, type Door } from './door.ts';
import { endWith } from './ending.ts';
import { workflowAmong } from './selection.ts';
import { staySmall } from './small-process.ts';

declare const BATON_VERSION: string | undefined;

/** Arguments to command; a command's own code is loaded when it is named. */
function program(done: (code: number) => void): Command {
  const baton = new Command('baton')
    .description('Runs workflows: YAML files of steps that need each other.')
    .version(typeof BATON_VERSION === 'string' ? BATON_VERSION : '0.0.0')
    .option(
      '-C, --folder <folder>',
      "the project's folder (default: the nearest with runs, else the current one)",
    )
    .exitOverride()
    .configureOutput({ writeOut: printHelp })
    .showHelpAfterError('(baton --help shows what there is)');
  const door = () => {
    const { folder } = baton.opts<{ folder?: string }>();
    return openDoor(folder === undefined ? {} : { folder });
  };
  /** For commands whose output is what they are for: when it is lost, they have failed. */
  const act = async (work: (door: Door) => Promise<number>) => {
    const opened = door();
    const code = await work(opened);
    done((await opened.arrived()) ? code : code || 1);
  };
  /** For commands that run steps: their code is the run's, whatever becomes of what they print. */
  const actSmall = async (work: (door: Door) => Promise<number>) => {
    staySmall();
    done(await work(door()));
  };
  const cache = () =>
    new Option(
      '--cache <mode>',
      'what steps with a `cache` do: take from it, run all the same, or leave it aside',
    )
      .choices(['use', 'refresh', 'off'])
      .default('use');
  const json = () => new Option('--json', 'as JSON');

  baton
    .command('run [workflow]')
    .usage('[options] <workflow>')
    .description('run a workflow, by path or by name')
    .option('--input <name=value>', 'a value for an input (again for each)', collect, [])
    .option('--env <NAME=value>', 'a variable for every step (again for each)', collect, [])
    .option('--parallel <n>', 'steps at once')
    .option('--fail-fast', 'stop everything when a step fails')
    .option('--detach', 'run in the background and print the run id')
    .option('--only <step...>', 'these steps and no others')
    .option('--from <step>', 'this step and everything that depends on it')
    .addOption(cache())
    .option('--plan', 'say what would run, and run nothing')
    .option('--watch', 'run again whenever files change, until Ctrl-C')
    .option('--json', 'print the facts, one a line')
    .action((name: string | undefined, options) =>
      options.watch === true
        ? act(async (door) => (await import('./watch-run.ts')).watchRun(door, workflowAmong(name, options)))
        : options.plan === true
          ? act(async (door) => (await import('./plan.ts')).plan(door, workflowAmong(name, options)))
          : actSmall(async (door) => (await import('./run.ts')).run(door, workflowAmong(name, options))),
    );
  baton
    .command('plan [workflow]')
    .usage('[options] <workflow>')
    .description('what would run, in which order, for how long; nothing is run')
    .option('--input <name=value>', 'a value for an input (again for each)', collect, [])
    .option('--env <NAME=value>', 'a variable for every step (again for each)', collect, [])
    .option('--parallel <n>', 'steps at once')
    .option('--only <step...>', 'these steps and no others')
    .option('--from <step>', 'this step and all that depend on it')
    .addOption(json())
    .action((name: string | undefined, options) =>
      act(async (door) => (await import('./plan.ts')).plan(door, workflowAmong(name, options))),
    );
  baton
    .command('lint [path...]')
    .description('check workflow files; exit code 2 when there is an error')
    .addOption(json())
    .addOption(
      new Option('--format <format>', 'text, json, or sarif for code scanning').choices([
        'text',
        'json',
        'sarif',
      ]),
    )
    .action((paths: string[], options) =>
      act(async (door) => (await import('./lint.ts')).lint(door, paths, options)),
    );
  baton
    .command('new [pattern]')
    .description('write a workflow to begin with; without a pattern, which patterns there are')
    .option('--name <name>', 'what to call it; its file is named after it')
    .action((pattern: string | undefined, options) =>
      act(async (door) => (await import('./new.ts')).newWorkflow(door, pattern, options)),
    );
  baton
    .command('list')
    .description('the workflows here')
    .addOption(json())
    .action((options) => act(async (door) => (await import('./look.ts')).list(door, options)));
  baton
    .command('runs')
    .description('runs, newest first')
    .option('--limit <n>', 'how many', '20')
    .addOption(
      new Option('--status <status>', 'only these').choices([
        'running',
        'waiting',
        'succeeded',
        'failed',
        'cancelled',
        'timed_out',
        'lost',
      ]),
    )
    .option('--workflow <workflow>', 'only of this workflow, by path or name')
    .addOption(json())
    .action((options) => act(async (door) => (await import('./look.ts')).runs(door, options)));
  baton
    .command('compare <run> <other>')
    .description('what differs between two runs: inputs, workflow, ends, durations')
    .addOption(json())
    .action((run: string, other: string, options) =>
      act(async (door) => (await import('./compare.ts')).compare(door, [run, other], options)),
    );
  baton
    .command('prune')
    .description('forget old runs, oldest first; never one that goes on or can be resumed')
    .option('--keep <n>', 'runs of each workflow to keep; 0 keeps all (default: 200)')
    .option('--max-size <MiB>', 'size of all runs together; 0 sets no limit (default: 1024)')
    .addOption(json())
    .action((options) => act(async (door) => (await import('./prune.ts')).pruneRuns(door, options)));
  baton
    .command('show <run>')
    .description('one run, step by step')
    .addOption(json())
    .action((run: string, options) =>
      act(async (door) => (await import('./look.ts')).show(door, run, options)),
    );
  baton
    .command('logs <run> [step]')
    .description('what steps printed')
    .option('-f, --follow', 'go on until the run ends')
    .action((run: string, step: string | undefined, options) =>
      act(async (door) => (await import('./look.ts')).logs(door, run, step, options)),
    );
  baton
    .command('stop <run>')
    .description('stop a run, wherever it was started')
    .option('--force', 'without waiting for steps to end')
    .action((run: string, options) =>
      act(async (door) => (await import('./look.ts')).stop(door, run, options)),
    );
  baton
    .command('rerun <run>')
    .description('run the same workflow again, with the same inputs')
    .option('--failed', 'only what did not succeed; the rest is taken over')
    .option('--from <step>', 'only this step and what comes after it; the rest is taken over')
    .addOption(cache())
    .option('--json', 'print the facts, one a line')
    .action((run: string, options) =>
      actSmall(async (door) => (await import('./rerun.ts')).rerun(door, run, options)),
    );
  baton
    .command('resume <run>')
    .description('go on with a run whose process died')
    .option('--json', 'print the facts, one a line')
    .action((run: string, options) =>
      actSmall(async (door) => (await import('./rerun.ts')).resume(door, run, options)),
    );
  baton
    .command('answer <run> <gate> <verdict>')
    .description('answer a gate that waits for a person: approve or reject')
    .option('--note <text>', 'what to remember about it')
    .action((run: string, gate: string, verdict: string, options) =>
      act(async (door) => (await import('./answer.ts')).answer(door, { run, gate, verdict }, options)),
    );
  const schedule = baton.command('schedule').description('schedules: what is due when, and which are on');
  schedule
    .command('list', { isDefault: true })
    .description('every schedule, how it stands and when it is due next')
    .addOption(json())
    .action((options) => act(async (door) => (await import('./schedule.ts')).listSchedules(door, options)));
  schedule
    .command('next [workflow]')
    .description('the next times, of all schedules or of one workflow')
    .option('--count <n>', 'how many of each', '5')
    .option('--from <moment>', 'from then on (RFC 3339)')
    .addOption(json())
    .action((workflow: string | undefined, options) =>
      act(async (door) => (await import('./schedule.ts')).nextOfSchedules(door, workflow, options)),
    );
  for (const [name, on] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    schedule
      .command(`${name} <schedule>`)
      .description(
        on ? 'switch a schedule on again; its times count from then' : 'no time of it begins a run',
      )
      .action((which: string) =>
        act(async (door) => (await import('./schedule.ts')).switchSchedule(door, which, on)),
      );
  }
  schedule
    .command('run <schedule>')
    .description('a run now, as the schedule would begin it')
    .action((which: string) =>
      act(async (door) => (await import('./schedule.ts')).runScheduleNow(door, which)),
    );
  baton
    .command('serve')
    .description('keep schedules and file triggers awake without an editor')
    .option('--install', 'show, and then write, a service that does so whenever you are logged in')
    .option('--uninstall', 'take that service away')
    .option('--yes', 'without a question')
    .addOption(new Option('--pause', 'leave what was said on the screen').hideHelp())
    .action((options) => act(async (door) => (await import('./serve-main.ts')).serveOr(door, options)));
  baton
    .command('metrics')
    .description('how runs and schedules went: counts, rates, durations')
    .addOption(new Option('--format <format>').choices(['json', 'prometheus']).default('json'))
    .action((options) => act(async (door) => (await import('./metrics.ts')).metrics(door, options)));
  baton
    .command('lsp')
    .description('help with editing workflows, for any editor that speaks the Language Server Protocol')
    .option('--stdio', 'over standard input and output, which it does anyway')
    .action(serveLanguage);
  baton
    .command('graph <workflow-or-run>')
    .description('the graph of a workflow or a run')
    .addOption(new Option('--format <format>').choices(['mermaid', 'dot', 'svg', 'json']).default('mermaid'))
    .action((name: string, options) =>
      act(async (door) => (await import('./graph.ts')).graph(door, name, options)),
    );
  baton.command('runner', { hidden: true }).action(async () => {
    staySmall();
    done(await (await import('./runner.ts')).runner());
  });
  return baton;
}

/** The package of the extension goes without it: the editor it comes for has all of that already. */
async function serveLanguage(): Promise<void> {
  try {
    (await import('../lsp/server.ts')).serve();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'This copy of Baton came with the extension, which has no language server. The npm package has it: npm install baton.',
    );
  }
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

async function main(): Promise<number> {
  let code = 0;
  try {
    await program((ended) => (code = ended)).parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

endWith(main());

/** Help that nobody can take is a failure like any other, and no reason to fall over. */
function printHelp(text: string): void {
  process.stdout.once('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.stderr.write(`baton: The output cannot be written: ${message}\n`);
    process.exitCode = 1;
  });
  process.stdout.write(text);
}
