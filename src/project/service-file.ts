import path from 'node:path';
import { sha256 } from '../base/sha256.ts';

/** How to keep `baton serve` alive for one folder, on one kind of system. */
export interface Service {
  /** `baton-<folder's name>-<hash>`: one for each folder. */
  readonly name: string;
  /** Where its file goes, absolute. */
  readonly file: string;
  readonly text: string;
  /** What has to be run once the file is there, and before it goes. */
  readonly start: readonly (readonly string[])[];
  readonly stop: readonly (readonly string[])[];
}

export interface ServiceQuestion {
  readonly platform: NodeJS.Platform;
  /** The project's folder, absolute. */
  readonly folder: string;
  /** The person's own, absolute. */
  readonly home: string;
  /** Program and arguments that begin `serve`. */
  readonly command: readonly string[];
  /** `XDG_CONFIG_HOME`, where it is set. */
  readonly configHome?: string;
}

/** Undefined for a system that has none of the three: systemd, launchd, the Windows task scheduler. Pure. */
export function serviceFor(question: ServiceQuestion): Service | undefined {
  const { platform, folder } = question;
  const posix = platform === 'win32' ? path.win32 : path.posix;
  const readable =
    posix
      .basename(folder)
      .replace(/[^A-Za-z0-9]+/g, '-')
      .slice(0, 30) || 'folder';
  const name = `baton-${readable}-${sha256(Buffer.from(folder)).slice(0, 8)}`;
  if (platform === 'linux') return systemd(name, question);
  if (platform === 'darwin') return launchd(name, question);
  return platform === 'win32' ? scheduledTask(name, question) : undefined;
}

/** A user unit: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
function systemd(name: string, { folder, home, configHome, command }: ServiceQuestion): Service {
  const unit = `${name}.service`;
  const file = path.posix.join(configHome ?? path.posix.join(home, '.config'), 'systemd/user', unit);
  const text = `[Unit]
Description=Baton schedules of ${systemdText(folder)}

[Service]
ExecStart=${command.map(systemdWord).join(' ')}
WorkingDirectory=${systemdText(folder)}
# Where the program is an editor's, it has to be Node.
Environment=ELECTRON_RUN_AS_NODE=1
Restart=on-failure
RestartSec=5
# Runs that were begun go on when this service ends.
KillMode=process

[Install]
WantedBy=default.target
`;
  return {
    name,
    file,
    text,
    start: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', '--now', unit],
    ],
    stop: [['systemctl', '--user', 'disable', '--now', unit]],
  };
}

/** `%` begins a specifier. */
function systemdText(text: string): string {
  return text.replaceAll('%', '%%');
}

/** Quoted, with C escapes; `$` would begin a variable. */
function systemdWord(word: string): string {
  const escaped = word
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('$', '$$$$');
  return `"${systemdText(escaped)}"`;
}

/** A launch agent: `man launchd.plist`. */
function launchd(name: string, { folder, home, command }: ServiceQuestion): Service {
  const label = `dev.baton.${name}`;
  const file = path.posix.join(home, 'Library/LaunchAgents', `${label}.plist`);
  const log = path.posix.join(home, 'Library/Logs', `${name}.log`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${xml(label)}</string>
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    <string>${xml(word)}</string>`).join('\n')}
  </array>
  <key>WorkingDirectory</key><string>${xml(folder)}</string>
  <key>EnvironmentVariables</key><dict><key>ELECTRON_RUN_AS_NODE</key><string>1</string></dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>AbandonProcessGroup</key><true/>
  <key>StandardOutPath</key><string>${xml(log)}</string>
  <key>StandardErrorPath</key><string>${xml(log)}</string>
</dict>
</plist>
`;
  return {
    name,
    file,
    text,
    start: [['launchctl', 'load', '-w', file]],
    stop: [['launchctl', 'unload', '-w', file]],
  };
}

/** A task at log-on: https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema */
function scheduledTask(name: string, { folder, home, command }: ServiceQuestion): Service {
  const [program = '', ...rest] = command;
  const file = path.win32.join(home, 'AppData', 'Local', 'baton', `${name}.xml`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Baton schedules of ${xml(folder)}</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>${xml(program)}</Command>
      <Arguments>${xml(rest.map(windowsWord).join(' '))}</Arguments>
      <WorkingDirectory>${xml(folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
  return {
    name,
    file,
    text,
    start: [
      ['schtasks', '/Create', '/TN', name, '/XML', file, '/F'],
      ['schtasks', '/Run', '/TN', name],
    ],
    stop: [
      ['schtasks', '/End', '/TN', name],
      ['schtasks', '/Delete', '/TN', name, '/F'],
    ],
  };
}

/** As programs of Windows take their command line apart. */
function windowsWord(word: string): string {
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`;
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
