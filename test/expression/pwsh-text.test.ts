import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { suite, test } from 'mocha';
import { placeInShell, shellProblems } from '../../src/expression/shell-text.ts';
import { scopeWith } from './scope.ts';

function place(text: string, value = 'v'): string {
  const placed = placeInShell('pwsh', text, scopeWith({ inputs: { v: value, w: 'w' } }));
  return placed.ok ? placed.value.text : `refused: ${placed.error}`;
}

function problem(text: string): string {
  return shellProblems('pwsh', text)
    .map(({ message }) => message)
    .join('\n');
}

/** `@` stands for an expression, and for what becomes of it. */
function checkSamples(samples: readonly (readonly [string, string])[]): void {
  for (const [text, expected] of samples) {
    const written = text.replaceAll('@V', '${{ inputs.v }}');
    assert.equal(place(written), expected.replaceAll('@V', '${env:BATON_VALUE_1}'), text);
    assert.deepEqual(shellProblems('pwsh', written), [], text);
  }
}

suite('Text for PowerShell', () => {
  test('gets whole arguments in double quotes', () =>
    checkSamples([
      ['echo @V', 'echo "@V"'],
      ['echo @V;echo b', 'echo "@V";echo b'],
      ['echo @V|sort', 'echo "@V"|sort'],
      ['echo @V>out', 'echo "@V">out'],
      ['echo a > @V', 'echo a > "@V"'],
      ['echo (@V) {@V} $(@V)', 'echo ("@V") {"@V"} $("@V")'],
      ['Get-Item -Path @V', 'Get-Item -Path "@V"'],
      ['Get-Item -Path:@V', 'Get-Item -Path:"@V"'],
      ['Get-Item -Path:@V/x', 'Get-Item -Path:"@V/x"'],
      ['& @V a', '& "@V" a'],
      ['& "bin/@V" a', '& "bin/@V" a'],
      ['& bin/@V a', '& "bin/@V" a'],
      ['. @V', '. "@V"'],
      ['npm run x -- @V', 'npm run x -- "@V"'],
      ['echo `\n  @V', 'echo `\n  "@V"'],
    ]));

  test('gets words with a value in them quoted as a whole, since a bare one would be looked up as a file', () =>
    checkSamples([
      ['git log --author=@V', 'git log "--author=@V"'],
      ['git log --author="a @V"', 'git log "--author=a @V"'],
      ["git log --author='$a @V'", 'git log "--author=`$a @V"'],
      ['mvn -Dx=@V', 'mvn "-Dx=@V"'],
      ['cp @V/a.txt $HOME/@V.txt', 'cp "@V/a.txt" "$HOME/@V.txt"'],
      ['cp @V@V b', 'cp "@V@V" b'],
      ['cp @V.txt b', 'cp "@V.txt" b'],
      ['ssh me@@V', 'ssh "me@@V"'],
      ['curl https://x/@V', 'curl "https://x/@V"'],
    ]));

  test('keeps strings as they are, single quotes turned into double ones', () =>
    checkSamples([
      ['"a @V $x `n ""q"""', '"a @V $x `n ""q"""'],
      ["'a @V'", '"a @V"'],
      ["'it''s $x ` \"q\" @V'", '"it\'s `$x `` `"q`" @V"'],
      ["echo 'no $x' '@V'", 'echo \'no $x\' "@V"'],
      ['“a @V”', '“a @V”'],
      ['‘a @V “x”’', '"a @V `“x`”"'],
      ['"$(f @V)"', '"$(f "@V")"'],
      ['"$(f \'a @V\')"', '"$(f "a @V")"'],
      ['"$x@V ${y}@V $($z)@V"', '"$x@V ${y}@V $($z)@V"'],
    ]));

  test('keeps here-strings as they are', () =>
    checkSamples([
      ['$x = @"\na "@ @V $y\n"@\necho @V', '$x = @"\na "@ @V $y\n"@\necho "@V"'],
      ["$x = @'\nit's $y ` @V\n \"@\n'@\necho @V", '$x = @"\nit\'s `$y `` @V\n `"@\n"@\necho "@V"'],
      ["$x = @'\nplain $y\n'@\necho @V", '$x = @\'\nplain $y\n\'@\necho "@V"'],
    ]));

  test('gets values into expressions', () =>
    checkSamples([
      ['$x = @V', '$x = "@V"'],
      ['$x=@V', '$x="@V"'],
      ['$x = @V + "a"+@V', '$x = "@V" + "a"+"@V"'],
      ['if (@V -eq "a") { git log @V } else { @V }', 'if ("@V" -eq "a") { git log "@V" } else { "@V" }'],
      ['foreach ($i in @V) { f $i }', 'foreach ($i in "@V") { f $i }'],
      ['switch (@V) { a { f @V } }', 'switch ("@V") { a { f "@V" } }'],
      ['@{ a = @V; b=@V }', '@{ a = "@V"; b="@V" }'],
      ['f @(@V, "b")', 'f @("@V", "b")'],
      ['[int]@V + 1', '[int]"@V" + 1'],
      ['$o.Run(@V, 1)[@V]', '$o.Run("@V", 1)["@V"]'],
      ['@V.Trim() | sort', '"@V".Trim() | sort'],
      ['return @V', 'return "@V"'],
      ['$x = git log @V', '$x = git log "@V"'],
      ['param([string]$x = @V)', 'param([string]$x = "@V")'],
      ['1..3 | % { f @V }', '1..3 | % { f "@V" }'],
      ['try { f @V } catch { g @V }', 'try { f "@V" } catch { g "@V" }'],
      ['function f($x) { g @V } f @V', 'function f($x) { g "@V" } f "@V"'],
      ['a && b @V || c @V', 'a && b "@V" || c "@V"'],
    ]));

  test('gets values into comments, which end where they ended', () =>
    checkSamples([
      ["# it's @V\necho @V", '# it\'s @V\necho "@V"'],
      ["<# it's @V\n#> echo @V", '<# it\'s @V\n#> echo "@V"'],
      ["echo a#b'@V'", 'echo "a#b@V"'],
    ]));
});

suite('A place in PowerShell text where no value can stand', () => {
  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ['iex @V', /run as code/],
    ['@V | Invoke-Expression', /run as code/],
    ['Invoke-Expression "a $(@V)"', /run as code/],
    ['[scriptblock]::Create(@V)', /run as code/],
    ['$ExecutionContext.InvokeCommand.InvokeScript(@V)', /run as code/],
    ['$function:f = @V', /run as code/],
    ['Set-Item function:f @V', /run as code/],
    ['Add-Type -TypeDefinition @V', /run as code/],
    ['pwsh -Command "a @V"', /run as code/],
    ['powershell.exe "@V"', /run as code/],
    ['bash -c @V', /run as code/],
    ['cmd /c @V', /run as code/],
    ["Start-Process cmd @('/c', @V)", /run as code/],
    ["& 'bash' @('-c', @V)", /run as code/],
    ['[powershell]::Create().AddScript(@V)', /run as code/],
    ['git --% log @V', /After `--%`/],
    ['echo `@V', /backtick right before/],
    ['echo "a `@V"', /backtick right before/],
    ['echo "$@V"', /`\$` right before/],
    ['echo $@V', /double quotes around all of it|`\$` right before/],
    ['echo "$x:@V"', /write `\$\{name\}:`/],
    ['echo ${a@V}', /part of a variable's name/],
    ['echo "${a@V}"', /part of a variable's name/],
    ['git log -n@V', /double quotes around all of it/],
    ['echo *@V', /double quotes around all of it/],
    ['echo ~/@V', /double quotes around all of it/],
    ['echo "a"@V', /double quotes around all of it/],
    ['echo $x[@V]', /double quotes around all of it/],
    ['echo a$(b)@V', /double quotes around all of it/],
    ['git log a,@V', /text between commas/],
    ['git log @V, b', /text between commas/],
    ['bin/@V a', /only behind `&`/],
    ['@V a', /only behind `&`/],
    ['@V/x', /only behind `&`/],
    ['"$(f "a""b" @V)"', /cannot tell how PowerShell/],
    ['"$(f \'a"b @V\')"', /cannot tell how PowerShell/],
  ];

  test('is told when the file is loaded, and again when it is run', () => {
    for (const [text, message] of REFUSED) {
      const written = text.replaceAll('@V', '${{ inputs.v }}');
      assert.match(problem(written), message, text);
      assert.match(place(written), /^refused: /, text);
    }
  });

  test('is where an argument would read `--%`', () => {
    for (const [text, value] of [
      ['git log ${{ inputs.v }}', '--%'],
      ['git log "--${{ inputs.v }}"', '%'],
      ['git log "${{ inputs.v }}%"', '--'],
    ] as const) {
      assert.match(place(text, value), /would make an argument of `--%`/);
    }
    assert.doesNotMatch(place('$x = ${{ inputs.v }}', '--%'), /refused/);
  });
});

/** A text in double quotes, filled in as PowerShell does (about_Quoting_Rules); without escapes that stand for others. */
function filledIn(text: string, variables: Readonly<Record<string, string>>): string {
  assert.match(text, /^".*"$/s);
  return text
    .slice(1, -1)
    .replace(
      /`([\s\S])|["\u201c-\u201e]{2}|\$\{env:(\w+)\}|(["\u201c-\u201e]|\$)/g,
      (whole, escaped, name, loose) => {
        if (loose !== undefined) assert.fail(`${loose} means something in ${text}`);
        if (name !== undefined) return variables[name as string] ?? '';
        return (escaped as string | undefined) ?? whole.slice(1);
      },
    );
}

const piece = fc.oneof(
  fc.constantFrom(
    '$x',
    '`n',
    '"',
    "''",
    '$(f)',
    '${y}',
    '\u2018\u2018',
    '\u201d',
    '\n',
    '@',
    '#',
    '%',
    '--%',
    '""',
  ),
  fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/['\u2018-\u201b\0]/g, '')),
);

test('A text in single quotes means the same to PowerShell in double quotes', () => {
  const texts = fc.array(piece, { maxLength: 6 }).map((each) => each.join('').replaceAll('${{', ''));
  const pieces = texts.filter((text) => !/iex/i.test(text)); // that one runs its text as code, and so is refused
  const same = fc.property(pieces, pieces, fc.string(), (before, after, value) => {
    const v = value.replaceAll('\0', '');
    const placed = placeInShell('pwsh', `'${before}\${{ inputs.v }}${after}'`, scopeWith({ inputs: { v } }));
    if (!placed.ok) return assert.match(placed.error, /half a character/);
    const meant = (text: string) => text.replaceAll(/['\u2018-\u201b](['\u2018-\u201b])/g, '$1');
    assert.equal(filledIn(placed.value.text, placed.value.env), meant(before) + v + meant(after));
  });
  fc.assert(same, { numRuns: 2000 });
});
