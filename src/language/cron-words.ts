import cronstrue from 'cronstrue';

const ALIASES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A cron expression as a person says it; undefined for what is none. */
export function cronWords(cron: string): string | undefined {
  const text = cron.trim();
  try {
    return cronstrue.toString(ALIASES[text.toLowerCase()] ?? text, {
      use24HourTimeFormat: true,
      verbose: false,
    });
  } catch {
    return undefined;
  }
}
