import os from 'node:os';

/** Who answers, for the journal. */
export function userName(): string | undefined {
  try {
    return os.userInfo().username;
  } catch {
    return undefined; // a user without a name, as in some containers
  }
}
