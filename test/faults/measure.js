import fs from 'node:fs';

/**
 * Given to Node with `--import`: says on file descriptor 3 what the process has used, once it ends. Not `maxRSS`: what
 * Linux calls so begins with the memory of the process that started this one.
 */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const [, kib] = /^VmHWM:\s*(\d+)/m.exec(fs.readFileSync('/proc/self/status', 'utf8')) ?? [];
  const peakMiB = Number(kib) / 1024;
  fs.writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB }));
});
