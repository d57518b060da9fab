import { cmdDialect } from './cmd-dialect.ts';
import { pwshDialect } from './pwsh-dialect.ts';
import type { Dialect } from './shell-place.ts';

/** How the shells of Windows are read. The editor loads this when a file names one of them. */
export function windowsDialect(shell: 'pwsh' | 'cmd'): Dialect {
  return shell === 'pwsh' ? pwshDialect : cmdDialect;
}
