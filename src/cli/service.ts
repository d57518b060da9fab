import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline/promises';
import { serviceFor, type Service } from '../project/service-file.ts';
import { UsageError, type Door } from './door.ts';
import { EXIT } from './run.ts';

interface Options {
  readonly yes?: boolean;
  /** Wait for a key at the end: the terminal was opened for this alone. */
  readonly pause?: boolean;
}

/** `baton serve --install`: shows the file and the commands, and does it when that is wanted. */
export async function installService(door: Door, options: Options): Promise<number> {
  const code = await install(door, options);
  if (options.pause === true) await asked('Enter closes this terminal.');
  return code;
}

async function install(door: Door, options: Options): Promise<number> {
  const service = serviceHere(door);
  door.print(`${service.file}\n\n${service.text}\n`);
  door.print(`This file will be written, and then:\n${commandsOf(service.start)}\n`);
  if (!(await agreed(door, options, 'Write it and start the service?'))) return EXIT.failed;
  keepCopy();
  fs.mkdirSync(path.dirname(service.file), { recursive: true });
  fs.writeFileSync(service.file, service.text);
  return runAll(door, service.start)
    ? told(door, `Schedules of ${door.project.folder} are kept awake by the service ${service.name}.\n`)
    : told(
        door,
        'The file is written, but the service does not run: run the commands above once that works.\n',
        EXIT.failed,
      );
}

/** `baton serve --uninstall`. */
export async function uninstallService(door: Door, options: Options): Promise<number> {
  const service = serviceHere(door);
  if (!fs.existsSync(service.file))
    throw new UsageError(`There is no service for this folder: ${service.file} is not there.`);
  door.print(`These will be run, and then ${service.file} is removed:\n${commandsOf(service.stop)}\n`);
  if (!(await agreed(door, options, 'Stop the service and remove it?'))) return EXIT.failed;
  const stopped = runAll(door, service.stop);
  fs.rmSync(service.file, { force: true });
  return stopped
    ? told(door, `The service ${service.name} is gone.\n`)
    : told(
        door,
        `${service.file} is removed; whether the service still runs could not be found out.\n`,
        EXIT.failed,
      );
}

function serviceHere({ project }: Door): Service {
  const configHome = process.env['XDG_CONFIG_HOME'];
  const service = serviceFor({
    platform: process.platform,
    folder: project.folder,
    home: os.homedir(),
    command: [process.execPath, lasting(), '--folder', project.folder, 'serve'],
    ...(configHome !== undefined && configHome !== '' && { configHome }),
  });
  if (service === undefined)
    throw new UsageError(
      'This system has neither systemd nor launchd nor a task scheduler: start `baton serve` yourself.',
    );
  return service;
}

/** The bundle that this is, where it is one. */
function bundle(): string | undefined {
  const file = path.resolve(process.argv[1] ?? '');
  return path.basename(file) === 'cli.cjs' ? file : undefined;
}

/** The copy of the program that the service runs: extensions move with every version, and caches are emptied. */
function lasting(): string {
  const own = bundle();
  if (own === undefined) return path.resolve(process.argv[1] ?? '');
  const data =
    process.platform === 'win32'
      ? (process.env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? path.join(os.homedir(), 'Library', 'Application Support')
        : (process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local', 'share'));
  return path.join(data, 'baton', 'serve', 'cli.cjs');
}

function keepCopy(): void {
  const own = bundle();
  if (own === undefined) return;
  const folder = path.dirname(lasting());
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(path.dirname(own)))
    if (name.endsWith('.cjs')) fs.copyFileSync(path.join(path.dirname(own), name), path.join(folder, name));
}

function told(door: Door, text: string, code: number = EXIT.succeeded): number {
  door.print(text);
  return code;
}

function commandsOf(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => `  ${words.join(' ')}\n`).join('');
}

async function agreed(door: Door, { yes }: Options, question: string): Promise<boolean> {
  if (yes === true) return true;
  if (!process.stdin.isTTY) {
    door.complain(
      'baton: Nothing was changed: there is nobody to ask here. --yes does it without a question.\n',
    );
    return false;
  }
  return /^y(es)?$/i.test(await asked(`${question} [y/N] `));
}

async function asked(question: string): Promise<string> {
  const asking = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asking.question(question)).trim();
  } finally {
    asking.close();
  }
}

/** One after the other, up to the first that fails. */
function runAll(door: Door, commands: readonly (readonly string[])[]): boolean {
  return commands.every(([program = '', ...words]) => {
    const { status, error, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status === 0) return true;
    const why = error?.message ?? (stderr.trim() || `it ended with code ${status}`);
    door.complain(`baton: \`${[program, ...words].join(' ')}\` failed: ${why}\n`);
    return false;
  });
}
