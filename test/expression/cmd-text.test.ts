import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import { placeInShell, shellProblems } from '../../src/expression/shell-text.ts';
import { runInCmd } from './cmd-model.ts';
import { scopeWith } from './scope.ts';

const PRELUDE = '@setlocal EnableDelayedExpansion\n';

function place(text: string, value = 'v'): string {
  const placed = placeInShell('cmd', text, scopeWith({ inputs: { v: value, w: 'w' } }));
  return placed.ok ? placed.value.text.slice(PRELUDE.length) : `refused: ${placed.error}`;
}

function problem(text: string): string {
  return shellProblems('cmd', text)
    .map(({ message }) => message)
    .join('\n');
}

suite('Text for cmd', () => {
  const SAMPLES: readonly (readonly [string, string])[] = [
    ['echo ${{ inputs.v }}', 'echo(!BATON_VALUE_1!'],
    ['@echo ${{ inputs.v }}', '@echo(!BATON_VALUE_1!'],
    ['echo.${{ inputs.v }}', 'echo.!BATON_VALUE_1!'],
    ['echo "${{ inputs.v }}" ${{ inputs.w }}', 'echo("!BATON_VALUE_1!" !BATON_VALUE_2!'],
    ['set "X=${{ inputs.v }}"', 'set "X=!BATON_VALUE_1!"'],
    ['set X=${{ inputs.v }}', 'set X=!BATON_VALUE_1!'],
    ['git log ${{ inputs.v }}', 'git log "!BATON_VALUE_1!"'],
    ['git log --author=${{ inputs.v }}', 'git log --author="!BATON_VALUE_1!"'],
    ['git log "by ${{ inputs.v }}"', 'git log "by !BATON_VALUE_1!"'],
    ['call npm run ${{ inputs.v }}', 'call npm run "!BATON_VALUE_1!"'],
    ['type ${{ inputs.v }}', 'type "!BATON_VALUE_1!"'],
    ['>${{ inputs.v }} echo ${{ inputs.w }}', '>"!BATON_VALUE_1!" echo(!BATON_VALUE_2!'],
    ['echo x>>"${{ inputs.v }}" 2>&1', 'echo(x>>"!BATON_VALUE_1!" 2>&1'],
    ['if ${{ inputs.v }}==x echo y', 'if !BATON_VALUE_1!==x echo y'],
    ['if /i not "${{ inputs.v }}" equ "x" echo y', 'if /i not "!BATON_VALUE_1!" equ "x" echo y'],
    ['if exist ${{ inputs.v }} del ${{ inputs.v }}', 'if exist "!BATON_VALUE_1!" del "!BATON_VALUE_1!"'],
    [
      'if 1==1 (echo ${{ inputs.v }}) else (git log ${{ inputs.v }})',
      'if 1==1 (echo(!BATON_VALUE_1!) else (git log "!BATON_VALUE_1!")',
    ],
    ['for %%i in (1 2) do echo %%i ${{ inputs.v }}', 'for %%i in (1 2) do echo(%%i !BATON_VALUE_1!'],
    ['rem ${{ inputs.v }} "', 'rem !BATON_VALUE_1! "'],
    [':: ${{ inputs.v }} "\necho ${{ inputs.w }}', ':: !BATON_VALUE_1! "\necho(!BATON_VALUE_2!'],
  ];

  test('gets references that are filled in when nothing is read any more', () => {
    for (const [text, expected] of SAMPLES) {
      assert.equal(place(text), expected, text);
      assert.deepEqual(shellProblems('cmd', text), [], text);
    }
  });

  test('keeps its own exclamation marks and carets', () => {
    const samples = [
      ['echo Hi! ${{ inputs.v }}', 'echo(Hi^^! !BATON_VALUE_1!'],
      ['echo "Hi!" ${{ inputs.v }}', 'echo("Hi^!" !BATON_VALUE_1!'],
      ['echo a^&b ^^ "^" ${{ inputs.v }}', 'echo(a^&b ^^^^ "^^" !BATON_VALUE_1!'],
      ['echo a^!b ${{ inputs.v }}', 'echo(a^^!b !BATON_VALUE_1!'],
      ['echo one ^^\necho ${{ inputs.v }}', 'echo one ^^\necho(!BATON_VALUE_1!'],
      ['echo Hi!\necho ${{ inputs.v }}', 'echo Hi^^!\necho(!BATON_VALUE_1!'],
      ['if "^"=="${{ inputs.v }}" echo "^"', 'if "^"=="!BATON_VALUE_1!" echo "^"'],
    ] as const;
    for (const [text, expected] of samples) assert.equal(place(text), expected);
  });

  test('that turns delayed expansion on means its own exclamation marks', () => {
    const on = 'setlocal EnableDelayedExpansion\n';
    assert.equal(place(`${on}echo !x! "^" \${{ inputs.v }}`), `${on}echo(!x! "^" !BATON_VALUE_1!`);
    assert.equal(place(`${on}echo "^" \${{ inputs.v }}`), `${on}echo("^^" !BATON_VALUE_1!`);
    assert.match(place(`${on}echo Hi! \${{ inputs.v }}`), /refused: .*A `!` before it has no other/);
  });

  test('without expressions stays as it is', () => {
    const text = 'echo Hi! ^ %PATH% "';
    assert.deepEqual(placeInShell('cmd', text, scopeWith({})), { ok: true, value: { text, env: {} } });
    const raw = placeInShell('cmd', 'echo Hi! ${{ raw(inputs.v) }}', scopeWith({ inputs: { v: 'a & b' } }));
    assert.deepEqual(raw, { ok: true, value: { text: 'echo Hi! a & b', env: {} } });
  });
});

suite('A place in the text of cmd where no value can stand', () => {
  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ['echo ${{ inputs.v }} | more', /each side of a `\|`/],
    ['more | echo ${{ inputs.v }}', /each side of a `\|`/],
    ['(echo x & echo ${{ inputs.v }}) | more', /each side of a `\|`/],
    ['if 1==1 echo ${{ inputs.v }} | more', /each side of a `\|`/],
    ['for %%i in (${{ inputs.v }}) do echo %%i', /what a `for` goes through/],
    ["for /f %%i in ('git log ${{ inputs.v }}') do echo %%i", /what a `for` goes through/],
    ['for /f "delims=${{ inputs.v }}" %%i in (x) do echo %%i', /what a `for` goes through/],
    ['call :label ${{ inputs.v }}', /subroutine/],
    ['call set X=${{ inputs.v }}', /leave `call` out/],
    ['call ${{ inputs.v }}', /run as code/],
    ['start "" ${{ inputs.v }}', /run as code/],
    ['cmd /c ${{ inputs.v }}', /run as code/],
    ['cmd.exe /c "echo ${{ inputs.v }}"', /run as code/],
    ['powershell "${{ inputs.v }}"', /run as code/],
    ['pwsh.exe -NoProfile -Command "${{ inputs.v }}"', /run as code/],
    ['bash -c "${{ inputs.v }}"', /run as code/],
    ['echo %${{ inputs.v }}%', /between two `%`/],
    ['echo 50% of ${{ inputs.v }} is 20%', /between two `%`/],
    ['echo ^${{ inputs.v }}', /A `\^` right before/],
    ['echo a^\n${{ inputs.v }}', /A `\^` right before/],
    ['type C:\\${{ inputs.v }}', /double quotes around all of it/],
    ['git log "a"${{ inputs.v }}', /double quotes around all of it/],
    ['git log ${{ inputs.v }}${{ inputs.w }}', /double quotes around all of it/],
    ['setlocal DisableDelayedExpansion\necho ${{ inputs.v }}', /delayed expansion off/],
    ['endlocal\necho ${{ inputs.v }}', /delayed expansion off/],
  ];

  test('is told when the file is loaded, and again when it is run', () => {
    for (const [text, message] of REFUSED) {
      assert.match(problem(text), message, text);
      assert.match(place(text), /^refused: /, text);
    }
  });

  test('is not one beside it', () => {
    for (const text of [
      'echo x | more\necho ${{ inputs.v }}',
      'echo ${{ inputs.v }} || echo no',
      'echo 50%% of ${{ inputs.v }} is 20%%',
      'echo %PATH% ${{ inputs.v }} %PATH%',
      'call npm install\necho ${{ inputs.v }}',
      'setlocal\necho ${{ inputs.v }}\nendlocal',
      'echo "a | b" ${{ inputs.v }}',
      'echo a ^| b ${{ inputs.v }}',
      'pwsh -File x.ps1 ${{ inputs.v }}',
    ]) {
      assert.equal(problem(text), '', text);
    }
  });
});

suite('A value for cmd', () => {
  test('has one line of a length that cmd takes', () => {
    assert.match(place('echo ${{ inputs.v }}', 'a\nb'), /several lines, which cmd cannot be given/);
    assert.match(place('echo ${{ inputs.v }}', 'a\rb'), /several lines/);
    assert.match(place('echo ${{ inputs.v }}', 'a\0b'), /NUL character/);
    assert.match(place('echo ${{ inputs.v }}', 'a'.repeat(8001)), /longer than the 8000 characters/);
  });

  test('may hold anything where only a sure program reads it', () => {
    for (const value of ['"', '%PATH%', '!x!', '^', '&|<>', 'C:\\']) {
      assert.doesNotMatch(place('git.exe log ${{ inputs.v }}', value), /refused/, value);
      assert.doesNotMatch(place('echo ${{ inputs.v }}', value), /refused/, value);
    }
  });

  test('may hold nothing that a script of cmd would read as code', () => {
    for (const value of ['"', '%PATH%', 'a!']) {
      assert.match(
        place('npm run ${{ inputs.v }}', value),
        /might read it as code: write the program's full name/,
      );
      assert.match(place('call npm run "${{ inputs.v }}"', value), /leave `call` out/);
    }
    assert.match(place('call npm run ${{ inputs.v }}', '^'), /refused/);
    for (const value of ['a b', '&|<>()', '^', '-rf', '*', ''])
      assert.doesNotMatch(place('npm run ${{ inputs.v }}', value), /refused/, value);
  });

  test('is a number where cmd calculates, and a name where it wants one', () => {
    for (const text of [
      'set /a X=${{ inputs.v }}',
      'exit /b ${{ inputs.v }}',
      'if errorlevel ${{ inputs.v }} echo',
    ]) {
      assert.match(place(text, 'PATH=1'), /refused: .*no whole number/, text);
      assert.match(place(text, '010'), /refused/, text);
      assert.doesNotMatch(place(text, '-12'), /refused/, text);
    }
    assert.match(place('goto ${{ inputs.v }}', 'a b'), /expects a name/);
    assert.match(place('set ${{ inputs.v }}=1', '/a X'), /expects a name/);
    assert.match(place('del ${{ inputs.v }}', 'a" b'), /the name of a file, and has a quote/);
  });

  test('is escaped for the program that cuts its arguments', () => {
    const argument = (text: string, value: string): string => {
      const placed = placeInShell('cmd', text, scopeWith({ inputs: { v: value } }));
      return placed.ok ? (placed.value.env['BATON_VALUE_1'] ?? '') : placed.error;
    };
    assert.equal(argument('x.exe ${{ inputs.v }}', 'say "hi"'), 'say \\"hi\\"');
    assert.equal(argument('x.exe ${{ inputs.v }}', 'a\\"b\\'), 'a\\\\\\"b\\\\');
    assert.equal(argument('x.exe "${{ inputs.v }}"', 'C:\\'), 'C:\\\\');
    assert.equal(argument('x.exe "${{ inputs.v }}b"', 'C:\\'), 'C:\\');
    assert.equal(argument('echo ${{ inputs.v }}', 'a\\"'), 'a\\"');
    assert.match(argument('x.exe "a\\${{ inputs.v }}"', '"'), /read together with its neighbour/);
  });
});

const HOSTILE = [
  '',
  'plain',
  '"',
  '" & canary & "',
  '& canary',
  '| canary',
  '> canary',
  '%PATH%',
  '%BATON_VALUE_1%',
  '!PATH!',
  '!',
  '^',
  '^^!',
  '\\',
  'C:\\dir\\',
  '\\"',
  '\\\\" canary',
  'a b  c',
  '( ) canary',
  '-rf',
  '*?',
  'ünï 你好 🎉',
  "it's `x` $(canary)",
];

const value = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc
    .array(fc.constantFrom(...Array.from('"^!%&|<>()\\ ab\''), '!PATH!', '%PATH%', ' & canary'), {
      maxLength: 10,
    })
    .map((pieces) => pieces.join('')),
);
const HOLE = '${{ inputs.v }}';
/** Text that means itself, quotes closed. */
const literal = fc.oneof(
  fc.constantFrom('a', ' ', '!', '^^', '^!', '^&', '^|', '^<', '%%', '.', "'", 'é', '%OTHER%'),
  fc
    .array(fc.constantFrom('a', ' ', '!', '^', '&', '|', '<', '%%', '(', ')'), { maxLength: 4 })
    .map((pieces) => `"${pieces.join('')}"`),
);
const words = fc.array(literal, { maxLength: 4 }).map((pieces) => pieces.join(''));
const command = fc.oneof(
  fc.tuple(words, words).map(([a, b]) => `echo ${a}${HOLE}${b}`),
  words.map((a) => `echo ${a}`),
  fc.tuple(words, words).map(([a, b]) => `set X=${a}${HOLE}${b}`),
  fc.tuple(words, words).map(([a, b]) => `prog.exe ${a} ${HOLE} ${b}`),
  fc.tuple(words, words).map(([a, b]) => `prog.exe ${a} --x=${HOLE}.y ${b}`),
  fc.constantFrom(`prog.exe "<${HOLE}>"`, `prog.exe "${HOLE} ^ !"`, `set "X=${HOLE}"`, `echo "${HOLE}"`),
);
const script = fc
  .array(fc.tuple(command, fc.constantFrom(' & ', '&&', '\n', ' || ')), { minLength: 1, maxLength: 4 })
  .map((commands) => commands.map((each) => each.join('')).join('') + 'echo end');

test('A value in text for cmd arrives unchanged and runs nothing, in a model of cmd', () => {
  const arrives = fc.property(script, value, (text, v) => {
    const placed = placeInShell('cmd', text, scopeWith({ inputs: { v } }));
    if (!placed.ok) assert.fail(`${placed.error}\n${text}`);
    const outside = { PATH: 'the path', OTHER: 'other' };
    const { ran } = runInCmd(placed.value.text, { ...outside, ...placed.value.env }, false);
    // What the text means is what it means with a plain word in the value's place, in cmd as everybody has it.
    const meant = runInCmd(text.replaceAll(HOLE, '\uE000'), outside, false);
    const expected = meant.ran.map((each) => each.map((part) => part.replaceAll('\uE000', v)));
    assert.deepEqual(ran, expected, placed.value.text);
  });
  fc.assert(arrives, { numRuns: 2000 });
});
