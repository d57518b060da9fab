/**
 * A model of how cmd runs a script, as far as the tests need it: phases 1, 2 and 5 of "How does the Windows Command
 * Interpreter (CMD.EXE) parse scripts?" (Stack Overflow 4094699), and how a program cuts its arguments ("Parsing C
 * command-line arguments", Microsoft). It is written from those texts and shares nothing with the code it tests.
 */
export interface CmdModel {
  /** Each command that ran: its name, and its text or its arguments. */
  readonly ran: readonly (readonly string[])[];
}

export function runInCmd(script: string, env: Readonly<Record<string, string>>, delayed: boolean): CmdModel {
  const variables = new Map(Object.entries(env).map(([name, value]) => [name.toLowerCase(), value]));
  const ran: string[][] = [];
  let isDelayed = delayed;
  for (const line of script.replaceAll('\r\n', '\n').split('\n')) {
    for (const command of phase2(phase1(line, variables))) {
      const name = (/^[@\s]*([^\s(]*)/.exec(command)?.[1] ?? '').toLowerCase();
      const rest = command.replace(/^[@\s]*[^\s(]*/, '');
      const text = isDelayed ? phase5(rest, variables) : rest;
      if (name === '') continue;
      if (name === 'setlocal') isDelayed ||= /enabledelayedexpansion/i.test(rest);
      else if (name === 'echo') ran.push(['echo', text.slice(1)]);
      else if (name === 'set') ran.push(['set', ...assigned(text, variables)]);
      else ran.push([name, ...argumentsOf(text)]);
    }
  }
  return { ran };
}

function phase1(line: string, variables: ReadonlyMap<string, string>): string {
  return line.replace(/%%|%([^%]*)%|%/g, (whole, name?: string) => {
    if (whole === '%%') return '%';
    return name === undefined ? '' : (variables.get(name.toLowerCase()) ?? '');
  });
}

function phase2(line: string): string[] {
  const commands = [''];
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (c === '"') quoted = !quoted;
    if (!quoted && c === '^') commands.push((commands.pop() ?? '') + (line[++i] ?? ''));
    else if (!quoted && /[&|]/.test(c)) commands.push('');
    else if (!quoted && /[<>]/.test(c)) throw new Error(`a redirection: ${line}`);
    else commands.push((commands.pop() ?? '') + c);
  }
  return commands;
}

function phase5(token: string, variables: ReadonlyMap<string, string>): string {
  if (!token.includes('!')) return token;
  let text = '';
  for (let i = 0; i < token.length; i++) {
    const c = token[i] ?? '';
    if (c === '^') text += token[++i] ?? '';
    else if (c !== '!') text += c;
    else {
      while (token[i + 1] === '!') i++;
      const end = token.indexOf('!', i + 1);
      if (end < 0) continue; // an unpaired one is removed
      text += variables.get(token.slice(i + 1, end).toLowerCase()) ?? '';
      i = end;
    }
  }
  return text;
}

function assigned(text: string, variables: Map<string, string>): string[] {
  const trimmed = text.replace(/^\s+/, '');
  const inner = trimmed.startsWith('"') ? trimmed.slice(1, Math.max(1, trimmed.lastIndexOf('"'))) : trimmed;
  const [, name = '', value = ''] = /^([^=]*)=([\s\S]*)$/.exec(inner) ?? [];
  variables.set(name.toLowerCase(), value);
  return [name, value];
}

/** By the rules since 2008: two quotes inside of quotes are one. */
function argumentsOf(line: string): string[] {
  const found: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const slashes = /^\\*/.exec(line.slice(i))?.[0].length ?? 0;
    if (slashes > 0) {
      const isQuoteNext = line[i + slashes] === '"';
      current = (current ?? '') + '\\'.repeat(isQuoteNext ? Math.floor(slashes / 2) : slashes);
      i += slashes - 1;
      if (isQuoteNext && slashes % 2 === 1) {
        current += '"';
        i++;
      }
    } else if (line[i] === '"') {
      current ??= '';
      if (quoted && line[i + 1] === '"') {
        current += '"';
        i++;
      } else quoted = !quoted;
    } else if (!quoted && /[ \t]/.test(line[i] ?? '')) {
      if (current !== undefined) found.push(current);
      current = undefined;
    } else current = (current ?? '') + line[i];
  }
  return current === undefined ? found : [...found, current];
}
