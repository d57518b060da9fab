import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps this process small, for the commands that run steps. Node forks its whole address space for every step it
 * starts, so what a step costs grows with our memory. Measured on 500 steps: 18 MB of private pages to copy instead
 * of 30 to 38, a spawn 1.0 times that of an empty Node instead of 1.2 to 1.5; on 5,000 steps 90 MB instead of 215.
 * Reading one file is over before optimised code would pay, so nothing is slower. The flags are V8's own
 * (`node --v8-options`); one it does not know makes it print a warning, nothing more.
 */
export function staySmall(): void {
  for (const flag of SMALL) v8.setFlagsFromString(flag);
}

const SMALL = [
  // A young generation that does not grow.
  '--semi-space-growth-factor=1',
  // No optimising compilers and no helper threads: each would keep memory of its own.
  '--no-opt',
  '--no-maglev',
  '--no-parallel-scavenge',
  '--no-concurrent-marking',
  '--no-concurrent-sweeping',
];

/**
 * Gives back what reading a large workflow took. Measured with the largest text that the language allows (10,000 steps):
 * 189 MB before, 85 MB after; by itself V8 keeps most of it, and the run adds to that.
 */
export function giveBack(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc'); // the flag brings it into every context made from now on
  v8.setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
