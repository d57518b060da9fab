import { equal, match, ok } from 'node:assert/strict';
import { serviceFor } from '../../src/project/service-file.ts';

const COMMAND = ['/usr/bin/node', '/opt/a b/baton.cjs', '--folder', '/home/ada/50% "off" $x', 'serve'];

suite('A service that keeps schedules awake', () => {
  test('is a user unit of systemd, with everything quoted', () => {
    const service = serviceFor({
      platform: 'linux',
      folder: '/home/ada/50% "off" $x',
      home: '/home/ada',
      command: COMMAND,
    });
    ok(service);
    match(service.file, /^\/home\/ada\/\.config\/systemd\/user\/baton-50-off-x-[0-9a-f]{8}\.service$/);
    match(
      service.text,
      /^ExecStart="\/usr\/bin\/node" "\/opt\/a b\/baton\.cjs" "--folder" "\/home\/ada\/50%% \\"off\\" \$\$x" "serve"$/m,
    );
    match(service.text, /^WorkingDirectory=\/home\/ada\/50%% "off" \$x$/m);
    match(service.text, /^KillMode=process$/m);
    equal(service.start.at(-1)?.slice(0, 4).join(' '), 'systemctl --user enable --now');
  });

  test('is a launch agent on macOS', () => {
    const service = serviceFor({
      platform: 'darwin',
      folder: '/Users/ada/a&b',
      home: '/Users/ada',
      command: ['/n', '/b', '--folder', '/Users/ada/a&b', 'serve'],
    });
    match(
      service?.file ?? '',
      /^\/Users\/ada\/Library\/LaunchAgents\/dev\.baton\.baton-a-b-[0-9a-f]{8}\.plist$/,
    );
    match(service?.text ?? '', /<string>\/Users\/ada\/a&amp;b<\/string>/);
  });

  test('is a task at log-on on Windows', () => {
    const service = serviceFor({
      platform: 'win32',
      folder: 'C:\\My work',
      home: 'C:\\Users\\ada',
      command: ['C:\\node.exe', 'C:\\b.cjs', '--folder', 'C:\\My work', 'serve'],
    });
    match(
      service?.text ?? '',
      /<Arguments>&quot;C:\\b\.cjs&quot; &quot;--folder&quot; &quot;C:\\My work&quot; &quot;serve&quot;<\/Arguments>/,
    );
    equal(service?.start[0]?.[0], 'schtasks');
  });

  test('has a name of its own for each folder, and none where there is no such system', () => {
    const of = (folder: string) =>
      serviceFor({ platform: 'linux', folder, home: '/h', command: ['x'] })?.name;
    ok(of('/a/work') !== of('/b/work'));
    equal(serviceFor({ platform: 'aix', folder: '/a', home: '/h', command: ['x'] }), undefined);
  });
});
