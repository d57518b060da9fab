import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import { scanCmd } from '../../src/expression/cmd-scan.ts';
import { scanShell } from '../../src/expression/posix-scan.ts';
import { scanPwsh } from '../../src/expression/pwsh-scan.ts';
import { placeInShell, shellProblems } from '../../src/expression/shell-text.ts';
import { scopeWith } from './scope.ts';

type Shell = 'bash' | 'sh' | 'zsh';
const SHELLS: readonly Shell[] = ['bash', 'sh', 'zsh'];
/** zsh is not on every machine; what is only read, not run, is tested for it all the same. */
const FOUND = SHELLS.filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

let folder = '';

suiteSetup(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'baton-shell-text-'));
});

suiteTeardown(() => {
  fs.rmSync(folder, { recursive: true });
});

function place(shell: Shell, text: string, value: string): string {
  const placed = placeInShell(shell, text, scopeWith({ inputs: { v: value, n: 3 } }));
  return placed.ok ? placed.value.text : `refused: ${placed.error}`;
}

const END = '@end of one text@';

interface Case {
  readonly text: string;
  readonly value: string;
}

/** Runs shell texts with values placed in them, in one shell; for each, what it printed, cut at every NUL. */
function run(shell: Shell, cases: readonly Case[]): readonly (readonly string[])[] {
  const env: Record<string, string> = {};
  const script = cases.map(({ text, value }, i) => {
    const placed = placeInShell(shell, text, scopeWith({ inputs: { v: value } }));
    if (!placed.ok) assert.fail(`${placed.error}\n${text}`);
    assert.ok(
      Object.keys(placed.value.env).every((name) => name === 'BATON_VALUE_1'),
      'one expression, one variable',
    );
    env[`CASE_${i}`] = value;
    return `(export BATON_VALUE_1="$CASE_${i}"\n${placed.value.text}\n)\nprintf '%s\\0' '${END}'\n`;
  });
  const ended = spawnSync(shell, [...(shell === 'zsh' ? ['-f'] : []), '-e', '-c', script.join('')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'], // bash reads .bashrc when its input is a socket, as Node's pipes are
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
  });
  assert.equal(ended.stderr.toString(), '', script[0]);
  assert.equal(ended.status, 0, script[0]);
  const printed = ended.stdout.toString().split(`${END}\0`).slice(0, -1);
  // A here-document ends with a newline where the other texts end with a NUL.
  return printed.map((each) => each.replace(/[\0\n]$/, '').split('\0'));
}

function assertNothingRan(): void {
  assert.deepEqual(fs.readdirSync(folder), []);
}

const HOSTILE = [
  '',
  'plain',
  "it's",
  'say "hi"',
  '$(touch canary)',
  '`touch canary`',
  "'; touch canary; '",
  '"; touch canary; "',
  '"$(touch canary)"',
  'a[$(touch canary)]',
  '$((1+1))',
  '${IFS}',
  '$HOME ~ ~root',
  '~root',
  '=ls',
  '-rf',
  '--',
  '%PATH% %s %d\\n',
  '!!',
  '* ? [a-z]* {a,b}',
  '#not a comment',
  'line 1\nline 2\nEOF\ntouch canary\n',
  '\n\n',
  '  spaces  around  ',
  '\ttab\t',
  'back\\slash \\n \\',
  '& | ; < > ( )',
  ') touch canary (',
  '}) touch canary',
  '}; touch canary',
  'esac; touch canary',
  'ünïcödé Á ā 你好 🎉 \u2028',
  '\u0081\u0082\u0088 \u{10FFFF}',
  'a&b',
  "$'\\x41'",
  '\r\n',
];

/** Every surrounding, each printing the value between two marks. Only bash knows the second list. */
const SURROUNDINGS: readonly string[] = [
  `printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `printf '%s\\0' "<\${{ inputs.v }}>"`,
  `printf '%s\\0' '<\${{ inputs.v }}>'`,
  `printf '%s\\0' "<"'\${{ inputs.v }}'">"`,
  `printf '%s\\0' \\<\${{ inputs.v }}\\>`,
  `x=\${{ inputs.v }}; printf '%s\\0' "<$x>"`,
  `x="\${{ inputs.v }}" ; printf '%s\\0' "<$x>"`,
  `f() { printf '%s\\0' "<$1>"; }; f \${{ inputs.v }}`,
  `printf '%s\\0' "$(printf '<%s>' \${{ inputs.v }})"`,
  `printf '%s\\0' "$(printf '<%s>' "\${{ inputs.v }}")"`,
  `printf '%s\\0' "$(printf '<%s>' '\${{ inputs.v }}')"`,
  `printf '%s\\0' "$(printf '%s' "$(printf '%s' "<\${{ inputs.v }}>")")"`,
  `x=$(printf '<%s>' "\${{ inputs.v }}"); printf '%s\\0' "$x"`,
  'x=`printf "<%s>" ${{ inputs.v }}`; printf "%s\\0" "$x"',
  'x=`printf "<%s>" "${{ inputs.v }}"`; printf "%s\\0" "$x"',
  "x=`printf '<%s>' '${{ inputs.v }}'`; printf '%s\\0' \"$x\"",
  'printf "%s\\0" "`printf \'<%s>\' ${{ inputs.v }}`"',
  'x=`printf "%s" "\\`printf \'<%s>\' ${{ inputs.v }}\\`"`; printf "%s\\0" "$x"',
  `printf '%s\\0' "<"\${none:-\${{ inputs.v }}}">"`,
  `printf '%s\\0' "<\${none:-\${{ inputs.v }}}>"`,
  `printf '%s\\0' "<"\${none:-"\${{ inputs.v }}"}">"`,
  `printf '%s\\0' "<"\${none:-'\${{ inputs.v }}'}">"`,
  `printf '%s\\0' "<\${none:-"\${{ inputs.v }}"}>"`,
  `printf '%s\\0' "<\${none-$(printf '%s>' "\${{ inputs.v }}")}"`,
  `x=1; printf '%s\\0' "<\${x:+\${{ inputs.v }}}>"`,
  `: "\${x:=\${{ inputs.v }}}"; printf '%s\\0' "<$x>"`,
  `x="a"\${{ inputs.v }}; printf '%s\\0' "<\${x#a}>"`,
  `x="<>"\${{ inputs.v }}; x="\${x%"\${{ inputs.v }}"}"; printf '%s\\0' "\${x%>}"\${{ inputs.v }}">"`,
  `x=\${{ inputs.v }}"<"; printf '%s\\0' "\${x#\${{ inputs.v }}}"\${{ inputs.v }}">"`,
  `x=\${{ inputs.v }}"<"; printf '%s\\0' "\${x#'\${{ inputs.v }}'}"\${{ inputs.v }}">"`,
  `x=\${{ inputs.v }}"<"; printf '%s\\0' \${x#\${{ inputs.v }}}\${{ inputs.v }}">"`,
  `case \${{ inputs.v }} in \${{ inputs.v }}) printf '%s\\0' "<\${{ inputs.v }}>" ;; *) echo no ;; esac`,
  `case "\${{ inputs.v }}" in (x|"\${{ inputs.v }}") printf '%s\\0' "<\${{ inputs.v }}>" ;; esac`,
  `x=$(case a in a) printf '<%s>' \${{ inputs.v }} ;; esac); printf '%s\\0' "$x"`,
  `x=$(case a in b) ;; a) case b in b) printf '<%s>' "\${{ inputs.v }}";; esac;; esac); printf '%s\\0' "$x"`,
  `# \${{ inputs.v }} it's a "comment\nprintf '%s\\0' "<\${{ inputs.v }}>"`,
  `printf '%s\\0' "<\${{ inputs.v }}>" # it's \${{ inputs.v }}`,
  `printf '%s\\0' a#b'\${{ inputs.v }}'c | sed 's/a#b/</;s/c$/>/' >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `(printf '%s\\0' "<"\${{ inputs.v }}">")`,
  `{ printf '%s\\0' "<"\${{ inputs.v }}">"; }`,
  `for i in \${{ inputs.v }}; do printf '%s\\0' "<$i>"; done`,
  `if [ \${{ inputs.v }} = \${{ inputs.v }} ]; then printf '%s\\0' "<\${{ inputs.v }}>"; fi`,
  `x=$(cat <<EOF\n<\${{ inputs.v }}>\nEOF\n)\nprintf '%s\\0' "$x"`,
  `x=$(cat <<-EOF\n\t<\${{ inputs.v }}>\n\tEOF\n)\nprintf '%s\\0' "$x"`,
  `cat <<EOF\n<\${{ inputs.v }}>\nEOF\n:`,
  `cat <<EOF\nit's "quoted $(printf '%s' x) \\$ <\${{ inputs.v }}>\nEOF\n:`,
  `cat <<EOF\n<$(printf '%s>' "\${{ inputs.v }}")\nEOF\n:`,
  `cat <<EOF\n<$(printf '%s>' '\${{ inputs.v }}')\nEOF\n:`,
  'cat <<EOF\n<`printf "%s>" "${{ inputs.v }}"`\nEOF\n:',
  `cat <<EOF\n<\${none:-\${{ inputs.v }}}>\nEOF\n:`,
  `cat <<EOF\na\\\nEOF\n<\${{ inputs.v }}>\nEOF\n:`,
  `cat <<A; cat <<'B'\n<\${{ inputs.v }}>\nA\nit's $x "\nB\nprintf '%s\\0' "<\${{ inputs.v }}>"`,
  `(cat <<EOF)\n<\${{ inputs.v }}>\nEOF\nprintf '%s\\0' "<\${{ inputs.v }}>"`,
  `cat <<'EOF' >/dev/null\nit's "\nEOF\nprintf '%s\\0' "<\${{ inputs.v }}>"`,
  `cat <<\\EOF >/dev/null\nit's "\nEOF\nprintf '%s\\0' "<"\${{ inputs.v }}">"`,
  `printf '%s\\0' "a $(( 1 + (2) )) b" >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `printf '%s\\0' "\\\\\${{ inputs.v }}" | cat >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `printf '%s\\0' "$$\${{ inputs.v }}" >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `printf '%s\\0' "\\$<\${{ inputs.v }}>"`,
  `printf '%s\\0' '\\'"<\${{ inputs.v }}>"`,
  `echo "it's" 'say "x"' >/dev/null && printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `sh -c 'printf "%s\\0" "<$1>"' _ \${{ inputs.v }}`,
];

const BASH_SURROUNDINGS: readonly string[] = [
  `printf '%s\\0' $'\\x3c'$'\${{ inputs.v }}>'`,
  `printf '%s\\0' $'it\\'s <\${{ inputs.v }}>'`,
  `printf '%s\\0' $"<\${{ inputs.v }}>"`,
  `printf '%s\\0' "$'x'<\${{ inputs.v }}>"`,
  `x=$(cat <<<"<\${{ inputs.v }}>"); printf '%s\\0' "$x"`,
  `IFS= read -r -d '' x <<<\${{ inputs.v }} || true; printf '%s\\0' "<\${x%$'\\n'}>"`,
  `IFS= read -r -d '' x < <(printf '<%s>\\0' \${{ inputs.v }}); printf '%s\\0' "$x"`,
  `a=(1 \${{ inputs.v }} "\${{ inputs.v }}"); printf '%s\\0' "<\${a[@]: -1}>"`,
  `a[3]=\${{ inputs.v }}; printf '%s\\0' "<\${a[3]}>"`,
  `declare x=\${{ inputs.v }}; printf '%s\\0' "<$x>"`,
  `[[ \${{ inputs.v }} == \${{ inputs.v }} ]] && printf '%s\\0' "<\${{ inputs.v }}>"`,
  `[[ -z \${{ inputs.v }} || ( -n "\${{ inputs.v }}" && a < b ) ]] && printf '%s\\0' "<\${{ inputs.v }}>"`,
  `x=abc; printf '%s\\0' "<\${x/abc/\${{ inputs.v }}}>"`,
  `x=abc; printf '%s\\0' "<\${x//abc/"\${{ inputs.v }}"}>"`,
  `x="\${{ inputs.v }}!"; printf '%s\\0' "<\${x:0:-1}>"`,
  `((i = 1)); for ((i=0; i<1; i++)); do printf '%s\\0' "<\${{ inputs.v }}>"; done`,
  `cat <<EOF\n<\${none:-"\${{ inputs.v }}"}>\nEOF\n:`,
];

/** What zsh reads in its own way. */
const ZSH_SURROUNDINGS: readonly string[] = [
  `print -r -- "<"\${{ inputs.v }}">" | tr '\\n' '\\0' >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `x=\${{ inputs.v }}; printf '%s\\0' "<"$x">"`,
  `f() { printf '%s\\0' "<$1>" }; f \${{ inputs.v }}`,
  `() { printf '%s\\0' "<$1>" } \${{ inputs.v }}`,
  `if [[ -n x\${{ inputs.v }} ]] printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `if ((1)) printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `repeat 1 printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `for i (x) printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `for i (a b) { : $i }; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `{ : a } always { printf '%s\\0' "<"\${{ inputs.v }}">" }`,
  `x=(a b); printf '%s\\0' "$x[1]<\${{ inputs.v }}>" | sed 's/^a//' >/dev/null; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `: \${(f)"$(print it\\'s)"} \${(s:,:)PATH}; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `: \${\${(%):-%x}:t} \${PATH:h:t}; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `: *(N) /tmp(/N) # it's \${{ inputs.v }}\nprintf '%s\\0' "<"\${{ inputs.v }}">"`,
  `x=$(cat =(printf '<%s>' \${{ inputs.v }})); printf '%s\\0' "$x"`,
  `typeset -A h; h=(k \${{ inputs.v }}); printf '%s\\0' "<"\${h[k]}">"`,
  `noglob printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `printf '%s\\0' "<\${{ inputs.v }}[1]:h>" >/dev/null; printf '%s\\0' "<\${{ inputs.v }}>"`,
  `case a in (a|b) printf '%s\\0' "<\${{ inputs.v }}>" ;| (c) : ;; esac`,
  `setopt extended_glob no_nomatch; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `set -euo pipefail; printf '%s\\0' "<"\${{ inputs.v }}">"`,
  `printf '%s\\0' ./~/"<"\${{ inputs.v }}">" >/dev/null; printf '%s\\0' "<"\${{ inputs.v }}">"`,
];

/** The last thing printed is the value between `<` and `>`, after whatever a document printed before. */
function checkSurrounding(shell: Shell, text: string): void {
  const printed = run(
    shell,
    HOSTILE.map((value) => ({ text, value })),
  );
  HOSTILE.forEach((value, i) => {
    const last = printed[i]?.at(-1) ?? '';
    assert.ok(
      last.endsWith(`<${value}>`),
      `${shell}: ${text}\nprinted ${JSON.stringify(last)} for ${JSON.stringify(value)}`,
    );
  });
}

suite('A value placed in shell text', function () {
  this.timeout(120_000);

  for (const shell of SHELLS) {
    test(`arrives unchanged and runs nothing, in every surrounding, in ${shell}`, function () {
      if (!FOUND.includes(shell)) this.skip(); // there is no such shell on this machine
      for (const text of SURROUNDINGS) checkSurrounding(shell, text);
      if (shell !== 'sh') for (const text of BASH_SURROUNDINGS) checkSurrounding(shell, text);
      if (shell === 'zsh') for (const text of ZSH_SURROUNDINGS) checkSurrounding(shell, text);
      assertNothingRan();
    });
  }

  test('arrives unchanged through random nestings of quotes', () => {
    for (const shell of FOUND) {
      const cases = fc.array(fc.record({ text: statement(shell), value: hostileText }), {
        minLength: 8,
        maxLength: 8,
      });
      const arrives = fc.property(cases, (each) => {
        const printed = run(shell, each);
        each.forEach(({ text, value }, i) => {
          assert.equal(
            printed[i]?.at(-1),
            `<${value}>`,
            `${shell}: ${text} printed ${JSON.stringify(printed[i])}`,
          );
        });
      });
      fc.assert(arrives, { numRuns: 25 });
    }
    assertNothingRan();
  });

  test('is refused where text is nested without end, and long text is read in no time', () => {
    const deep = ['(', '$(', '"$(', '{', 'if 1==1 ', 'for %%i in (a) do '];
    for (const shell of [...SHELLS, 'pwsh', 'cmd'] as const) {
      for (const each of deep) shellProblems(shell, each.repeat(5000) + 'echo ${{ inputs.v }}');
      const began = performance.now();
      shellProblems(shell, `x="${'aa:bb ${{ inputs.v }} '.repeat(20_000)}"`);
      assert.ok(performance.now() - began < 2000, shell);
    }
    assert.match(shellProblems('pwsh', '('.repeat(500) + '${{ inputs.v }}')[0]?.message ?? '', /cannot tell/);
    assert.match(shellProblems('cmd', '('.repeat(500) + '${{ inputs.v }}')[0]?.message ?? '', /too many/);
  });

  test('is refused for good reasons only: random text is never a cause to throw', () => {
    const piece = fc.constantFrom(
      ...'"\'`$(){}[]<>#;&|\\ \n-=:'.split(''),
      '$((',
      '${x:-',
      '<<EOF\n',
      'EOF',
      'case x in',
      'esac',
      '[[ ',
      ' ]]',
      'let ',
      "@'\n",
      '\n"@',
      '@{',
      '--%',
      '%x%',
      '!x!',
      'if ',
      'for ',
      ' in (',
      'call ',
      'iex ',
      '${{ inputs.v }}',
      '${{ raw(inputs.v) }}',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    const never = fc.property(text, hostileText, (each, value) => {
      for (const shell of [...SHELLS, 'pwsh', 'cmd'] as const) {
        placeInShell(shell, each, scopeWith({ inputs: { v: value } }));
        shellProblems(shell, each);
      }
    });
    fc.assert(never, { numRuns: 1000 });
    const code = text.map((each) => each.replace(/\$\{\{.*?\}\}/g, '\0'));
    const answersForEach = fc.property(code, (each) => {
      const holes = each.split('\0').length;
      for (const shell of SHELLS) assert.equal(scanShell(shell, each).length + 1, holes);
      for (const scan of [scanPwsh, scanCmd]) {
        const scanned = scan(each);
        assert.deepEqual([scanned.places.length + 1, scanned.code.split('\0').length], [holes, holes]);
      }
    });
    fc.assert(answersForEach, { numRuns: 3000 });
  });
});

/** Any text but the NUL that no variable can hold. */
const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
  fc
    .array(fc.constantFrom(...Array.from('\'"`$(){}[];&|\\ \n*?~#!'), 'touch canary', 'EOF'), {
      maxLength: 12,
    })
    .map((each) => each.join('')),
);

/** A statement that prints `<value>`, its expression deep inside of nested quoting. */
function statement(shell: Shell): fc.Arbitrary<string> {
  const { word } = fc.letrec<{ word: string; inDouble: string }>((tie) => ({
    word: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom("'<'${{ inputs.v }}'>'", "'<${{ inputs.v }}>'", '\\<"${{ inputs.v }}"\\>'),
      tie('inDouble').map((inner) => `"${inner}"`),
      tie('word').map((inner) => `\${none:-${inner}}`),
      tie('word').map((inner) => `"$(printf '%s' ${inner})"`),
      tie('word').map((inner) => `"$(case x in y) ;; (x) printf '%s' ${inner} ;; esac)"`),
      tie('word').map((inner) => `"$( # it's a "comment\nprintf '%s' ${inner})"`),
      tie('inDouble').map((inner) => `"$(cat <<EOF${inner.length}\n${inner}\nEOF${inner.length}\n)"`),
      ...(shell !== 'sh'
        ? [fc.constant("$'<\\'${{ inputs.v }}>'").map((each) => each.replace("\\'", ''))]
        : []),
    ),
    inDouble: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constant('<${{ inputs.v }}>'),
      tie('inDouble').map((inner) => `\${none:-${inner}}`),
      tie('inDouble').map((inner) => `\${none-"${inner}"}`),
      tie('word').map((inner) => `$(printf '%s' ${inner})`),
      tie('word').map((inner) => `$(x=${inner}; printf '%s' "$x")`),
      tie('word').map((inner) => `$( (printf '%s' ${inner}) )`),
    ),
  }));
  return word.map((each) => `printf '%s\\0' ${each}`);
}

suite('Shell text', () => {
  const SAMPLES: readonly (readonly [string, string])[] = [
    ['echo ${{ inputs.v }}', 'echo "${BATON_VALUE_1}"'],
    ['echo "a ${{ inputs.v }}"', 'echo "a ${BATON_VALUE_1}"'],
    ["echo 'a ${{ inputs.v }}'", "echo 'a '\"${BATON_VALUE_1}\"''"],
    ["echo $'a ${{ inputs.v }}'", "echo $'a '\"${BATON_VALUE_1}\"$''"],
    [
      'echo ${{ inputs.v }} ${{inputs.v}} ${{ inputs.n }}',
      'echo "${BATON_VALUE_1}" "${BATON_VALUE_1}" "${BATON_VALUE_2}"',
    ],
    ['# ${{ inputs.v }}', '# ${BATON_VALUE_1}'],
    ['echo $(( 2*${{ inputs.n }} ))', 'echo $(( 2*${BATON_VALUE_1} ))'],
    ['echo $((5-${{ inputs.n }}))', 'echo $((5- ${BATON_VALUE_1}))'],
    ['${{ raw(inputs.v) }} x', 'v x'],
    ["echo 'open ${{ inputs.v }}", "echo 'open '\"${BATON_VALUE_1}\"'"],
  ];

  test('gets references quoted for what surrounds them', () => {
    for (const [text, expected] of SAMPLES) assert.equal(place('bash', text, 'v'), expected);
  });

  test('without expressions stays as it is', () => {
    assert.deepEqual(placeInShell('sh', "echo 'a", scopeWith({})), {
      ok: true,
      value: { text: "echo 'a", env: {} },
    });
  });

  test('pastes nothing but what `raw` asks for', () => {
    const placed = placeInShell(
      'sh',
      'echo ${{ raw(inputs.v) }} ${{ inputs.v }}',
      scopeWith({ inputs: { v: '$X' } }),
    );
    assert.deepEqual(placed, {
      ok: true,
      value: { text: 'echo $X "${BATON_VALUE_1}"', env: { BATON_VALUE_1: '$X' } },
    });
  });

  test('refuses a `raw` that is only a part of an expression', () => {
    for (const text of ["${{ format('{0}', raw(inputs.v)) }}", '${{ raw(inputs.v) == 1 }}']) {
      for (const shell of [...SHELLS, 'pwsh', 'cmd'] as const) {
        const placed = placeInShell(shell, text, scopeWith({ inputs: { v: 'x' } }));
        assert.match(placed.ok ? 'placed' : placed.error, /`raw\(\)` must be the whole expression/);
      }
    }
  });

  test('refuses values whose surroundings change with what `raw` pastes', () => {
    const cases = [
      ['echo ${{ raw(inputs.v) }}${{ inputs.n }}"', '"'],
      ["echo ${{ raw(inputs.v) }} ${{ inputs.n }}'", "'"],
      ['${{ raw(inputs.v) }}\n${{ inputs.n }}', 'cat <<EOF'],
      ['${{ raw(inputs.v) }} ${{ inputs.n }}', 'cat <<'],
    ] as const;
    for (const [text, value] of cases) assert.match(place('bash', text, value), /^refused: /, text);
    assert.match(place('bash', '${{ raw(inputs.v) }} ${{ inputs.n }}', 'eval'), /run as shell code/);
    assert.match(place('bash', '${{ raw(inputs.v) }} ${{ inputs.n }}', 'let'), /^let /);
    assert.match(place('bash', "'${{ raw(inputs.v) }} ${{ inputs.n }}'", "it'"), /paste whole words/);
    assert.doesNotMatch(place('bash', '${{ raw(inputs.v) }} ${{ inputs.n }}', 'ls -l | wc'), /refused/);
  });

  test('carries lists and objects as compact JSON', () => {
    const placed = placeInShell('sh', '${{ inputs.v }}', scopeWith({ inputs: { v: [1, { a: null }] } }));
    assert.deepEqual(placed.ok && placed.value.env, { BATON_VALUE_1: '[1,{"a":null}]' });
  });

  test('names a value that is missing', () => {
    assert.match(place('sh', 'echo ${{ inputs.other }}', ''), /`inputs\.other` has no value/);
  });
});

suite('A place where the shell would evaluate a value', () => {
  /** Where bash would run a command hidden in a value, even one in quotes. */
  const EVALUATED = [
    'echo $(( ${{ inputs.v }} ))',
    'echo "$((1 + ${{ inputs.v }}))"',
    'echo $(( "${{ inputs.v }}" ))',
    'echo $[ ${{ inputs.v }} ]',
    'echo $(( ${x:-${{ inputs.v }}} ))',
    '(( x = ${{ inputs.v }} ))',
    'if ((${{ inputs.v }} > 1)); then :; fi',
    'for ((i=0; i<${{ inputs.v }}; i++)); do :; done',
    'let x=${{ inputs.v }}',
    'let "x = ${{ inputs.v }}"',
    "f() { let 'x = ${{ inputs.v }}'; }",
    'function f { let x=${{ inputs.v }}; }',
    'true && builtin let x=${{ inputs.v }}',
    'a[${{ inputs.v }}]=1',
    'a["${{ inputs.v }}"]=1',
    'a=([${{ inputs.v }}]=1)',
    'echo ${a[${{ inputs.v }}]}',
    'echo ${PATH:${{ inputs.v }}:2}',
    '[[ ${{ inputs.v }} -eq 1 ]]',
    '[[ 1 -lt "${{ inputs.v }}" ]]',
    '[[ a == b || ( 1 -ge ${{ inputs.v }} ) ]]',
    'declare -i n=${{ inputs.v }}',
    'declare -i n; n=${{ inputs.v }}',
    'f() { n=${{ inputs.v }}; }; declare -i n; f',
    'declare -i n; x=`n=${{ inputs.v }}`',
    'local -ri n=1 m="${{ inputs.v }}"',
    'declare -ia n=(${{ inputs.v }})',
    'RANDOM=${{ inputs.v }}',
    '[ -v ${{ inputs.v }} ]',
    '[[ -v ${{ inputs.v }} ]]',
    'test -v ${{ inputs.v }}',
    'printf -v "${{ inputs.v }}" x',
    'read ${{ inputs.v }} </dev/null',
    'unset ${{ inputs.v }}',
    'declare "${{ inputs.v }}=1"',
    'declare -n ref=${{ inputs.v }}',
  ];

  test('takes plain numbers and names only', () => {
    for (const text of EVALUATED) {
      assert.match(
        place('bash', text, 'a[$(touch canary)]'),
        /^refused: `inputs\.v` stands where the shell/,
        text,
      );
      assert.doesNotMatch(place('bash', text, '12'), /refused/, text);
      assert.deepEqual(shellProblems('bash', text), [], text);
    }
  });

  /** Where zsh would run a command hidden in a value, beyond where bash does. */
  const EVALUATED_IN_ZSH = [
    'echo $a[${{ inputs.v }}]',
    'echo "$a[${{ inputs.v }}]"',
    'echo ${a[${{ inputs.v }}]}',
    'printf %d ${{ inputs.v }}',
    'printf "%s %*s" x ${{ inputs.v }}',
    'printf -- %f ${{ inputs.v }}',
    'printf "$format" ${{ inputs.v }}',
    'print -f %d ${{ inputs.v }}',
    'print -v ${{ inputs.v }} x',
    'exit ${{ inputs.v }}',
    'f() { return ${{ inputs.v }} }',
    'repeat ${{ inputs.v }} echo',
    'repeat 3 let x=${{ inputs.v }}',
    'for i (a b) let x=${{ inputs.v }}',
    'if [[ -n x ]] let x=${{ inputs.v }}',
    'if ((1)) let x=${{ inputs.v }}',
    '{ a } always { let x=${{ inputs.v }} }',
    'noglob let x=${{ inputs.v }}',
    '[ -t ${{ inputs.v }} ]',
    '[[ -t ${{ inputs.v }} ]]',
    'read -t ${{ inputs.v }} x',
    'set -A ${{ inputs.v }} x',
    'getopts ab ${{ inputs.v }}',
    'export ${{ inputs.v }}=1',
    'integer i=${{ inputs.v }}',
    'integer i; i=${{ inputs.v }}',
    'float x=${{ inputs.v }}',
    'typeset -F x=${{ inputs.v }}',
    'SECONDS=${{ inputs.v }}',
    'COLUMNS=${{ inputs.v }}',
    'vared ${{ inputs.v }}',
    'strftime -s ${{ inputs.v }} %s 1',
  ];

  test('takes plain numbers and names only, in zsh as well', () => {
    const beyondBash = [...EVALUATED, ...EVALUATED_IN_ZSH];
    for (const text of beyondBash) {
      assert.match(
        place('zsh', text, 'a[$(touch canary)]'),
        /^refused: `inputs\.v` stands where the shell/,
        text,
      );
      assert.doesNotMatch(place('zsh', text, '12'), /refused/, text);
      assert.deepEqual(shellProblems('zsh', text), [], text);
    }
  });

  test('is one in zsh indeed: it would run the command', function () {
    if (!FOUND.includes('zsh')) this.skip(); // there is no such shell on this machine
    const dangers = [
      'printf %d "$V"',
      ': "$a[$V]"',
      'repeat "$V" :',
      'exit "$V"',
      'export "$V=1"',
      '[ -t "$V" ]',
    ];
    for (const [i, text] of dangers.entries()) {
      const canary = path.join(folder, `canary${i}`);
      spawnSync('zsh', ['-f', '-c', `a=(1 2); ${text}`], { env: { V: `a[$(: >${canary})]` } });
      assert.ok(fs.existsSync(canary), text);
      fs.rmSync(canary);
    }
  });

  test('is no other place in zsh', () => {
    const harmless = [
      'printf "%s %q\\n" x ${{ inputs.v }}',
      'print -r -- ${{ inputs.v }}',
      'echo "$x: ${{ inputs.v }}" "$a[1] ${{ inputs.v }}"',
      '[ ${{ inputs.v }} -eq 1 ]',
      'for i (a b) echo $i ${{ inputs.v }}',
      'x=(1 ${{ inputs.v }})',
      'echo let ${{ inputs.v }}',
      'set -- ${{ inputs.v }}',
      'git log --format=%d ${{ inputs.v }}',
      'git log HEAD~${{ inputs.v }} --author=${{ inputs.v }} "about ~${{ inputs.v }}"',
      'ls ~/${{ inputs.v }} "~${{ inputs.v }}" \'=${{ inputs.v }}\' a:~/x:${{ inputs.v }} http://x/~${{ inputs.v }}',
      'x=${{ inputs.v }} y+=${{ inputs.v }} z=a:${{ inputs.v }} echo "${none:-~${{ inputs.v }}}"',
    ];
    for (const text of harmless) assert.doesNotMatch(place('zsh', text, 'a b'), /refused/, text);
  });

  test('takes no option in front of which names are evaluated', () => {
    for (const shell of ['bash', 'zsh'] as const) {
      assert.match(place(shell, 'printf ${{ inputs.v }} x', '-va[$(touch canary)]'), /for an option/);
      assert.doesNotMatch(place(shell, 'printf -- ${{ inputs.v }} x', '-va'), /refused/);
      assert.doesNotMatch(place(shell, "printf '%s' ${{ inputs.v }}", '-va'), /refused/);
      assert.match(place(shell, '[ ${{ inputs.n }} ${{ inputs.v }} ]', 'a[$(x)]'), /a variable's name/);
    }
    assert.match(place('bash', 'declare ${{ inputs.v }} x=1', '-i'), /a variable's name/);
    assert.match(place('zsh', 'print ${{ inputs.v }} x', '-va[1]'), /for an option/);
  });

  test('takes no number that would be read in another way', () => {
    const at = (value: string): string => place('bash', 'echo $((${{ inputs.v }}))', value);
    for (const value of [
      '',
      ' 1',
      '1 ',
      '0x10',
      '1e3',
      '1.5',
      'HOME',
      '010',
      '--1',
      '1234567890123456789',
      '1\n',
    ]) {
      assert.match(at(value), /refused.*whole number/, value);
    }
    for (const value of ['0', '-0', '7', '-12', '123456789012345678'])
      assert.doesNotMatch(at(value), /refused/, value);
    assert.doesNotMatch(place('bash', 'echo $((10#${{ inputs.v }}))', '08'), /refused/);
  });

  test('is no other place', () => {
    const harmless = [
      'echo let ${{ inputs.v }}',
      '[ ${{ inputs.v }} -eq 1 ]',
      '[[ ${{ inputs.v }} == 1 && 1 -eq 1 ]]',
      'read -p ${{ inputs.v }} x',
      'export X=${{ inputs.v }}',
      'local x=${{ inputs.v }} y=${{ inputs.v }}',
      'ls foo[${{ inputs.v }}]',
      'echo $(( $(echo ${{ inputs.v }} | wc -l) ))',
      '((x = 1)); echo ${{ inputs.v }}',
      'let x=1; echo ${{ inputs.v }}',
      'let x=1 > ${{ inputs.v }}',
      'bash script.sh -c ${{ inputs.v }}',
      'bash -c \'echo "$1"\' _ ${{ inputs.v }}',
      'grep -c bash ${{ inputs.v }}',
      'case let in ${{ inputs.v }}) ;; esac',
      'declare -i n=1; m=${{ inputs.v }}',
    ];
    for (const text of harmless) assert.doesNotMatch(place('bash', text, 'a b'), /refused/, text);
  });

  test('calculates with the value it is given', () => {
    const cases = [
      ['printf "<%s>\\0" $((5-${{ inputs.v }}))', '-3', '<8>'],
      ['printf "<%s>\\0" "$((1 + (${{ inputs.v }} * 2)))"', '4', '<9>'],
      ['printf "<%s>\\0" $((10#${{ inputs.v }}))', '08', '<8>'],
      ['let x=5-${{ inputs.v }}; printf "<%s>\\0" $x', '-3', '<8>'],
      ["let 'x = 5-${{ inputs.v }}'; printf '<%s>\\0' $x", '-3', '<8>'],
      ['a=(x y z); printf "<%s>\\0" "${a[${{ inputs.v }}]}"', '1', '<y>'],
      ['x=abcdef; printf "<%s>\\0" "${x:${{ inputs.v }}}"', '-2', '<ef>'],
      ['[[ ${{ inputs.v }} -eq 7 ]] && printf "<%s>\\0" y', '7', '<y>'],
    ] as const;
    const printed = run(
      'bash',
      cases.map(([text, value]) => ({ text, value })),
    );
    assert.deepEqual(
      printed.map((each) => each.at(-1)),
      cases.map(([, , expected]) => expected),
    );
  });
});

suite('A place where no value can stand', () => {
  function problem(shell: Shell, text: string): string {
    return shellProblems(shell, text)
      .map(({ message, range }) => `${text.slice(range.start, range.end)} ${message}`)
      .join('\n');
  }

  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ["cat <<'EOF'\n${{ inputs.v }}\nEOF", /delimiter is quoted: take the quotes off/],
    ['cat <<\\EOF\n${{ inputs.v }}\nEOF', /delimiter is quoted/],
    ['cat <<"EOF"\nx\n${{ inputs.v }}\nEOF', /delimiter is quoted/],
    ['cat <<${{ inputs.v }}\nx\nEOF', /delimiter of a here-document/],
    ['cat <<E${{ inputs.v }}\nx\nEOF', /delimiter of a here-document/],
    ['echo \\${{ inputs.v }}', /backslash/],
    ['echo "\\${{ inputs.v }}"', /backslash/],
    ['cat <<EOF\n\\${{ inputs.v }}\nEOF', /backslash/],
    ['echo `echo \\\\${{ inputs.v }}`', /backslash/],
    ['echo $${{ inputs.v }}', /`\$` right before/],
    ['echo "$${{ inputs.v }}"', /`\$` right before/],
    ['echo ${${{ inputs.v }}}', /variable's name/],
    ['eval "echo ${{ inputs.v }}"', /run as shell code/],
    ["bash -c 'echo ${{ inputs.v }}'", /run as shell code/],
    ['sudo /bin/sh -ec "echo ${{ inputs.v }}"', /run as shell code/],
    ['bash -o pipefail -c "echo ${{ inputs.v }}"', /run as shell code/],
    ["trap 'rm ${{ inputs.v }}' EXIT", /run as shell code/],
    ['echo $((echo ${{ inputs.v }}); (echo b))', /space between the parentheses/],
  ];

  test('is told when the file is loaded, and again when it is run', () => {
    for (const [text, message] of REFUSED) {
      for (const shell of SHELLS) {
        assert.match(problem(shell, text), message, text);
        assert.match(problem(shell, text), /^\$\{\{ inputs\.v \}\} /, text);
        assert.match(place(shell, text, '1'), /^refused: /, text);
      }
    }
  });

  const REFUSED_IN_ZSH: readonly (readonly [string, RegExp])[] = [
    ['ls *(e:${{ inputs.v }}:)', /parentheses in a word/],
    ['ls *(e:"${{ inputs.v }}":)', /parentheses in a word/],
    ['ls (a|${{ inputs.v }})', /parentheses in a word/],
    ['for i (a ${{ inputs.v }}) echo $i', /parentheses in a word/],
    ['echo =${{ inputs.v }}', /begins with `~` or `=`/],
    ['echo ="${{ inputs.v }}"', /begins with `~` or `=`/],
    ['echo ~${{ inputs.v }}', /begins with `~` or `=`/],
    ['x==${{ inputs.v }}', /begins with `~` or `=`/],
    ['x=a:~${{ inputs.v }}', /begins with `~` or `=`/],
    ['x=a:=${{ inputs.v }}', /begins with `~` or `=`/],
    ['echo {a,~${{ inputs.v }}}', /begins with `~` or `=`/],
    ['echo {=${{ inputs.v }},a}', /begins with `~` or `=`/],
    ['echo ${none:-~${{ inputs.v }}}', /begins with `~` or `=`/],
    ['echo ${none:-=${{ inputs.v }}}', /begins with `~` or `=`/],
    ['echo ${x#~"${{ inputs.v }}"}', /begins with `~` or `=`/],
    ['[[ x == ~${{ inputs.v }} ]]', /begins with `~` or `=`/],
    ['case x in ~${{ inputs.v }}) ;; esac', /begins with `~` or `=`/],
    ['cat <<<~${{ inputs.v }}', /begins with `~` or `=`/],
    ['echo ${(e):-${{ inputs.v }}}', /flags/],
    ['echo ${(l:${{ inputs.v }}:)x}', /flags/],
    ['echo ${~x:-${{ inputs.v }}}', /flags/],
    ['echo ${${x}:-${{ inputs.v }}}', /flags/],
    ['echo $#${{ inputs.v }}', /`\$` right before/],
    ['echo "$#${{ inputs.v }}"', /`\$` right before/],
    ['setopt rc_quotes; echo ${{ inputs.v }}', /options for quoting/],
    ['unsetopt NO_RC_QUOTES\necho ${{ inputs.v }}', /options for quoting/],
    ['set -o rcquotes\necho ${{ inputs.v }}', /options for quoting/],
    ['emulate sh\necho ${{ inputs.v }}', /options for quoting/],
    ['alias x=${{ inputs.v }}', /run as shell code/],
    ['functions[f]=${{ inputs.v }}', /run as shell code/],
    ['emulate sh -c ${{ inputs.v }}', /run as shell code/],
    ['repeat 3 eval ${{ inputs.v }}', /run as shell code/],
    ['for i (a b) eval ${{ inputs.v }}', /run as shell code/],
    ['if [[ -n x ]] eval ${{ inputs.v }}', /run as shell code/],
    ['PS4=${{ inputs.v }}', /run as shell code/],
    ["zsh -c 'echo ${{ inputs.v }}'", /run as shell code/],
  ];

  test('is told for zsh too, which has more of them', () => {
    for (const [text, message] of [...REFUSED, ...REFUSED_IN_ZSH]) {
      assert.match(problem('zsh', text), message, text);
      assert.match(place('zsh', text, '1'), /^refused: /, text);
    }
  });

  test('is what bash runs in a roundabout way', () => {
    for (const text of [
      'PS4=${{ inputs.v }}; set -x',
      'export PROMPT_COMMAND=${{ inputs.v }}',
      'mapfile -C ${{ inputs.v }} -c 1 x',
      'compgen -W ${{ inputs.v }}',
    ]) {
      assert.match(problem('bash', text), /run as shell code/, text);
    }
  });

  test('is not one where a backslash or a dollar is just a character', () => {
    for (const text of [
      'echo \\\\${{ inputs.v }}',
      "echo '\\${{ inputs.v }}'",
      'echo \\$${{ inputs.v }}',
      'echo $$${{ inputs.v }}',
      "echo '$${{ inputs.v }}'",
      '# \\${{ inputs.v }}',
    ]) {
      assert.equal(problem('bash', text), '', text);
    }
  });

  test("is bash's own quoting in `sh`", () => {
    assert.match(problem('sh', "echo $'a ${{ inputs.v }}'"), /set `shell: bash`/);
    assert.match(problem('sh', "echo $'it\\'s' ${{ inputs.v }}"), /set `shell: bash`/);
    assert.equal(problem('sh', "echo $'a' ${{ inputs.v }}"), '');
    assert.match(problem('sh', 'cat <<EOF\n${x#${{ inputs.v }}}\nEOF'), /set `shell: bash`/);
  });

  test('is nothing to `raw`, and the ranges of others stay right behind it', () => {
    assert.equal(problem('sh', 'eval ${{ raw(inputs.v) }}'), '');
    assert.match(problem('sh', '${{ raw(inputs.v) }} $${{ inputs.v }}'), /^\$\{\{ inputs\.v \}\}/);
  });

  test('is told elsewhere when the expression itself cannot be read', () => {
    assert.deepEqual(shellProblems('sh', 'echo ${{ inputs.v'), []);
    assert.match(place('sh', 'echo ${{ inputs.v', ''), /never closed/);
    assert.match(place('sh', 'echo ${{ inputz.v }}', ''), /Did you mean `inputs`/);
  });
});

suite('A value that no variable can hold', () => {
  test('is refused with what to do about it', () => {
    assert.match(place('sh', 'echo ${{ inputs.v }}', 'a\0b'), /`inputs\.v` holds a NUL character/);
    assert.match(place('sh', '${{ raw(inputs.v) }} ${{ inputs.n }}', 'a\0b'), /NUL character/);
    assert.match(place('sh', 'echo ${{ inputs.v }}', '\ud800'), /half a character/);
    assert.match(place('sh', 'echo ${{ inputs.v }}', 'é'.repeat(65_600)), /larger than the 128 KiB.*file/);
  });

  test('is exactly one the operating system refuses', function () {
    if (process.platform !== 'linux') this.skip();
    const most = 128 * 1024 - 'BATON_VALUE_1'.length - 2;
    assert.match(place('sh', 'echo ${{ inputs.v }}', 'x'.repeat(most + 1)), /128 KiB/);
    const placed = placeInShell(
      'sh',
      'printf %s ${{ inputs.v }}',
      scopeWith({ inputs: { v: 'é' + 'x'.repeat(most - 2) } }),
    );
    assert.ok(placed.ok);
    const ended = spawnSync('/bin/sh', ['-c', placed.value.text], { env: { ...placed.value.env } });
    assert.equal(ended.stdout.length, most);
  });
});
