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
}

/** `baton serve --install`: shows the file and the commands, and does it when that is wanted. */
export async function installService(door: Door, options: Options): Promise<number> {
  const service = serviceHere(door);
  door.print(`${service.file}\n\n${service.text}\n`);
  door.print(`This file will be written, and then:\n${commandsOf(service.start)}\n`);
  if (!(await agreed(door, options, 'Write it and start the service?'))) return EXIT.failed;
  fs.mkdirSync(path.dirname(service.file), { recursive: true });
  fs.writeFileSync(service.file, service.text);
  return runAll(door, service.start)
    ? told(door, `Schedules of ${door.project.folder} are kept awake by the service ${service.name}.\n`)
    : EXIT.failed;
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
  return stopped ? told(door, `The service ${service.name} is gone.\n`) : EXIT.failed;
}

function serviceHere({ project }: Door): Service {
  const configHome = process.env['XDG_CONFIG_HOME'];
  const service = serviceFor({
    platform: process.platform,
    folder: project.folder,
    home: os.homedir(),
    command: [process.execPath, path.resolve(process.argv[1] ?? ''), '--folder', project.folder, 'serve'],
    ...(configHome !== undefined && configHome !== '' && { configHome }),
  });
  if (service === undefined)
    throw new UsageError(
      'This system has neither systemd nor launchd nor a task scheduler: start `baton serve` yourself.',
    );
  return service;
}

function told(door: Door, text: string): number {
  door.print(text);
  return EXIT.succeeded;
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
  const asking = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
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
