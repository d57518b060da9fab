import assert from 'node:assert/strict';
import fc from 'fast-check';
import { suite, test } from 'mocha';
import { analyze, type Analysis } from '../../src/language/analyze.ts';
import { refactoringsAt, type Refactoring } from '../../src/language/refactorings.ts';
import { allSteps } from '../../src/language/step-entries.ts';
import { allFiles } from './corpus-files.ts';
import { edited } from './marked.ts';

const CHILDREN: Readonly<Record<string, string>> = {
  'publish.workflow.yaml': `name: Publish
inputs:
  tag: { required: true }
  where: { default: here }
steps:
  pack:
    # pack it
    run: echo "file=\${{ inputs.tag }}" >> "$BATON_OUTPUT"
  send:
    run: echo \${{ steps.pack.outputs.file }} \${{ inputs.where }}
`,
  'one.workflow.yaml':
    'inputs: { who: { default: you } }\nsteps:\n  greet:\n    run: echo ${{ inputs.who }}\n',
  'odd.workflow.yaml': 'env: { A: b }\nsteps:\n  a: { run: x }\n',
  'taken.workflow.yaml': 'steps:\n  a: { run: x }\n',
};
const read = (ref: string): Analysis | undefined => {
  const text = CHILDREN[ref];
  return text === undefined ? undefined : analyze(text, { ref });
};

/** What is offered where `‸` stands, or between two of them. */
function at(marked: string): { readonly text: string; readonly found: readonly Refactoring[] } {
  const start = marked.indexOf('‸');
  const last = marked.lastIndexOf('‸');
  const text = marked.replaceAll('‸', '');
  const end = last === start ? start : last - 1;
  return { text, found: refactoringsAt(analyze(text), { start, end }, read) };
}

function titles(marked: string): string {
  return at(marked)
    .found.map(({ title }) => title)
    .join('\n');
}

/** The text after it, and after a line of dashes the file that was made. */
function after(marked: string, title: string): string {
  const { text, found } = at(marked);
  const chosen = found.find((each) => each.title === title);
  assert.ok(chosen, `"${title}" is not among:\n${titles(marked)}`);
  const file = chosen.newFile === undefined ? '' : `--- ${chosen.newFile.ref}\n${chosen.newFile.text}`;
  return edited(text, chosen.edits) + file;
}

suite('Surrounding with a loop', () => {
  test('moves the steps in, with their comments, and lets the others need and read the loop', () => {
    assert.equal(
      after(
        `steps:
  plan: { run: x }

  # write it
  ‸write:
    needs: plan # first
    run: |
      echo "a=1" >> "$BATON_OUTPUT"

      echo b
  check: { needs: write, run: x }‸

  # then
  ship:
    needs: [plan, check, write]
    run: echo \${{ steps.write.outputs.a }}
`,
        'Surround these steps with a loop',
      ),
      `steps:
  plan: { run: x }

  loop:
    needs: plan
    loop:
      max: 3
      until: steps.check.result == 'succeeded'
      steps:
        # write it
        write:
          run: |
            echo "a=1" >> "$BATON_OUTPUT"

            echo b
        check: { needs: write, run: x }

  # then
  ship:
    needs: [plan, loop]
    run: echo \${{ steps.loop.outputs.a }}
`,
    );
  });

  test('works inside of a loop', () => {
    assert.equal(
      after(
        'steps:\n  l:\n    loop:\n      steps:\n        a‸: { run: x }\n        b: { run: x, needs: a }\n',
        'Surround "a" with a loop',
      ),
      "steps:\n  l:\n    loop:\n      steps:\n        loop:\n          loop:\n            max: 3\n            until: steps.a.result == 'succeeded'\n            steps:\n              a: { run: x }\n        b: { run: x, needs: loop }\n",
    );
  });

  test('is not offered where a step outside stands between, reads a result, or is gone back to', () => {
    for (const marked of [
      'steps:\n  ‸a: { run: x }\n  c: { run: x, needs: b }‸\n  b: { run: x, needs: a }\n',
      'steps:\n  a‸: { run: x }\n  b: { run: "echo ${{ steps.a.result }}" }\n',
      'steps:\n  a‸: { run: x }\n  g: { needs: a, gate: { check: x, rewind_to: a } }\n',
      'steps:\n  a: { run: x }\n  b‸: { run: x, needs: [{ step: a, allow: skipped }] }\n',
      'steps: { a‸: { run: x } }\n',
      'steps:\n  a‸: { run: x, if: inputs.a }\n  b: { run: x, needs: a }\n',
    ])
      assert.doesNotMatch(titles(marked), /loop/, marked);
  });
});

suite('Extracting a workflow', () => {
  test('hands on what the steps read, and runs the new file', () => {
    assert.equal(
      after(
        `inputs:
  who: { default: you } # whom
  other: {}
env:
  CI: 'true'
steps:
  list:
    run: echo "n=1" >> "$BATON_OUTPUT"
  # scan it all
  sc‸an:
    needs: list
    run: |
      echo \${{ inputs.who }} \${{ steps.list.outputs.n }}
      echo "found=2" >> "$BATON_OUTPUT"
  last:
    needs: scan
    run: echo \${{ steps.scan.outputs.found }} \${{ inputs.other }}
`,
        'Extract "scan" into a workflow',
      ),
      `inputs:
  who: { default: you } # whom
  other: {}
env:
  CI: 'true'
steps:
  list:
    run: echo "n=1" >> "$BATON_OUTPUT"
  scan:
    needs: list
    workflow: ./scan.workflow.yaml
    with:
      who: \${{ inputs.who }}
      list_n: \${{ steps.list.outputs.n }}
  last:
    needs: scan
    run: echo \${{ steps.scan.outputs.found }} \${{ inputs.other }}
--- scan.workflow.yaml
name: scan
inputs:
  who: { default: you } # whom
  list_n: { required: true }
env:
  CI: 'true'
steps:
  # scan it all
  scan:
    run: |
      echo \${{ inputs.who }} \${{ inputs.list_n }}
      echo "found=2" >> "$BATON_OUTPUT"
`,
    );
  });

  test('takes several steps, and a file name that is free', () => {
    assert.equal(
      after(
        'steps:\n  a: { run: x }\n  ‸b: { run: x, needs: a }\n  c: { run: x, needs: b }‸\n  d: { run: x, needs: [b, c] }\n',
        'Extract these steps into a workflow',
      ),
      'steps:\n  a: { run: x }\n  part:\n    needs: a\n    workflow: ./part.workflow.yaml\n  d: { run: x, needs: part }\n--- part.workflow.yaml\nname: part\nsteps:\n  b: { run: x }\n  c: { run: x, needs: b }\n',
    );
    assert.match(
      after('steps:\n  taken‸: { run: x }\n  b: { run: x }\n', 'Extract "taken" into a workflow'),
      /workflow: \.\/taken-2\.workflow\.yaml/,
    );
  });

  test('is not offered where the steps know more than can be handed on', () => {
    for (const marked of [
      'steps:\n  a‸: { run: "echo ${{ run.id }}" }\n  b: { run: x }\n',
      'inputs: { t: { secret: true } }\nsteps:\n  a‸: { run: "x", env: { T: "${{ inputs.t }}" } }\n  b: { run: x }\n',
      'steps:\n  a‸: { run: x }\n  b: { if: "steps.a.exit_code == 0", run: x }\n',
      'steps:\n  b: { run: x }\n  a‸: { run: x, needs: b, if: failure() }\n',
      'steps:\n  a‸: { run: x }\n',
    ])
      assert.doesNotMatch(titles(marked), /into a workflow/, marked);
  });
});

suite('Inlining a workflow', () => {
  test('puts its steps in place of the one that runs it, with values for its inputs', () => {
    assert.equal(
      after(
        `steps:
  list: { run: 'echo "tag=1" >> "$BATON_OUTPUT"' }
  # out with it
  pub‸lish:
    needs: list
    workflow: ./publish.workflow.yaml
    with: { tag: "\${{ steps.list.outputs.tag }}" }
  done:
    needs: [publish]
    run: echo \${{ steps.publish.outputs.file }}
  pack: { run: x }
`,
        'Inline the workflow of "publish"',
      ),
      `steps:
  list: { run: 'echo "tag=1" >> "$BATON_OUTPUT"' }
  publish_pack:
    # pack it
    run: echo "file=\${{ steps.list.outputs.tag }}" >> "$BATON_OUTPUT"
    needs: list
  send:
    run: echo \${{ steps.publish_pack.outputs.file }} \${{ 'here' }}
  done:
    needs: [send]
    run: echo \${{ steps.publish_pack.outputs.file }}
  pack: { run: x }
`,
    );
  });

  test('lets one step alone keep the name of the step that ran it', () => {
    assert.equal(
      after(
        'steps:\n  hello‸: { workflow: ./one.workflow.yaml, with: { who: me } }\n  b: { run: x, needs: hello }\n',
        'Inline the workflow of "hello"',
      ),
      "steps:\n  hello:\n    run: echo ${{ 'me' }}\n  b: { run: x, needs: hello }\n",
    );
  });

  test('is not offered where the workflow is more than steps, or is not there', () => {
    for (const marked of [
      'steps:\n  a‸: { workflow: ./odd.workflow.yaml }\n',
      'steps:\n  a‸: { workflow: ./nowhere.workflow.yaml }\n',
      'steps:\n  a‸: { workflow: ./one.workflow.yaml, retry: { max: 1 } }\n',
      'steps:\n  a‸: { workflow: ./publish.workflow.yaml }\n',
    ])
      assert.doesNotMatch(titles(marked), /Inline/, marked);
  });
});

suite('Turning a command into a step', () => {
  test('cuts the lines above, the line and the lines below apart', () => {
    assert.equal(
      after(
        `steps:
  prepare: { run: x }
  # build it
  build:
    needs: prepare
    run: |
      npm ci
      npm run ‸lint -- src
      npm run build
    env: { CI: 'true' } # always
  test: { run: x, needs: build }
`,
        'Turn this command into a step',
      ),
      `steps:
  prepare: { run: x }
  ci:
    needs: prepare
    run: npm ci
    env: { CI: 'true' } # always
  lint:
    needs: ci
    run: npm run lint -- src
    env: { CI: 'true' } # always
  # build it
  build:
    needs: lint
    run: |
      npm run build
    env: { CI: 'true' } # always
  test: { run: x, needs: build }
`,
    );
  });

  test('leaves the last command in the step', () => {
    assert.equal(
      after('steps:\n  build:\n    run: |\n      make a\n      make ‸b\n', 'Turn this command into a step'),
      'steps:\n  a:\n    run: make a\n  build:\n    needs: a\n    run: |\n      make b\n',
    );
  });

  test('is not offered where a line depends on the one above', () => {
    for (const marked of [
      'steps:\n  a:\n    run: |\n      cd x\n      ma‸ke\n',
      'steps:\n  a:\n    run: |\n      if x\n      ma‸ke\n      fi\n',
      'steps:\n  a:\n    run: |\n      A=1\n      ma‸ke\n',
      'steps:\n  a:\n    run: |\n      make \\\n      al‸l\n',
      'steps:\n  a:\n    if: failure()\n    run: |\n      make\n      al‸l\n',
      'steps:\n  a:\n    run: |\n      ma‸ke\n',
    ])
      assert.doesNotMatch(titles(marked), /Turn this/, marked);
  });
});

suite('Smaller changes', () => {
  test('write needs in another way', () => {
    const one = 'steps:\n  a: { run: x }\n  b:\n    needs: ‸a # it\n    run: x\n';
    assert.equal(after(one, 'Write the need as a list'), one.replace('‸a', '[a]'));
    const line = 'steps:\n  a: { run: x }\n  c: { run: x }\n  b:\n    needs: [a, ‸c] # it\n    run: x\n';
    const lines = line.replace(' [a, ‸c]', '\n      - a\n      - ‸c');
    assert.equal(after(line, 'Write each need on a line'), lines.replace('‸', ''));
    assert.equal(after(lines, 'Write the needs on one line'), line.replace('‸', ''));
  });

  test('sort steps by what they need, with their comments and blank lines', () => {
    assert.equal(
      after(
        'steps:\n  # c\n  c‸: { run: x, needs: b }\n\n  a: { run: x } # a\n\n  b:\n    run: x\n    needs: a',
        'Sort the steps by what they need',
      ),
      'steps:\n  a: { run: x } # a\n\n  b:\n    run: x\n    needs: a\n\n  # c\n  c: { run: x, needs: b }',
    );
  });

  test('move a step', () => {
    const marked = 'steps:\n  a: { run: x }\n  # b\n  b‸: { run: x }\n  c: { run: x }\n';
    assert.equal(
      after(marked, 'Move "b" up'),
      'steps:\n  # b\n  b: { run: x }\n  a: { run: x }\n  c: { run: x }\n',
    );
    assert.equal(
      after(marked, 'Move "b" down'),
      'steps:\n  a: { run: x }\n  c: { run: x }\n  # b\n  b: { run: x }\n',
    );
  });

  test('ask before a step', () => {
    assert.equal(
      after('steps:\n  a: { run: x }\n  # out\n  ship‸:\n    needs: a\n    run: x\n', 'Ask before "ship"'),
      "steps:\n  a: { run: x }\n  approve_ship:\n    needs: a\n    gate: { approval: 'Go on with ship?' }\n  # out\n  ship:\n    needs: approve_ship\n    run: x\n",
    );
  });

  test('put quotes around `on`', () => {
    assert.equal(
      after('o‸n: { schedule: { every: 5m } }\nsteps: { a: { run: x } }\n', 'Put quotes around `on`'),
      "'on': { schedule: { every: 5m } }\nsteps: { a: { run: x } }\n",
    );
  });

  test('put a long command in a file', () => {
    assert.equal(
      after(
        'steps:\n  a:\n    run: |\n      A=1\n      echo ‸$A\n    name: n\n',
        'Extract the command of "a" into a file',
      ),
      'steps:\n  a:\n    run: bash a.sh\n    name: n\n--- a.sh\n#!/usr/bin/env bash\nset -eo pipefail\n\nA=1\necho $A\n',
    );
  });
});

suite('Every refactoring', () => {
  const files = allFiles();
  const errors = ({ diagnostics }: Analysis) =>
    diagnostics
      .filter(({ severity, code }) => severity === 'error' && code !== 'baton/child')
      .map(({ message }) => message);

  test('of every step of every file leaves no mistake behind', () => {
    const counts = new Map<string, number>();
    for (const text of files) {
      const analysis = analyze(text, { ref: 'x.workflow.yaml' });
      if (errors(analysis).length > 0) continue;
      const { steps, finally: last } = analysis.index;
      for (const step of allSteps(steps, last)) {
        const next = step.level.entries[step.level.entries.indexOf(step) + 1] ?? step;
        for (const range of [
          { start: step.key.range.start, end: step.key.range.start },
          { start: step.range.start, end: next.range.end },
        ]) {
          for (const { title, edits, newFile, kind } of refactoringsAt(analysis, range, read)) {
            counts.set(kind, (counts.get(kind) ?? 0) + 1);
            const changed = analyze(edited(text, edits));
            assert.deepEqual(errors(changed), [], `${title}\n${edited(text, edits)}`);
            if (newFile !== undefined && newFile.ref.endsWith('.yaml'))
              assert.deepEqual(errors(analyze(newFile.text)), [], `${title}\n${newFile.text}`);
          }
        }
      }
    }
    assert.deepEqual([...counts.keys()].sort(), ['extract', 'inline', 'move', 'rewrite']);
  });

  test('is asked for anywhere in any text without a mishap', () => {
    fc.assert(
      fc.property(
        fc.nat(files.length - 1),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('', '\n', '  a:\n', '{', '|', '- '),
        (file, from, to, added) => {
          const text = files[file] ?? '';
          const cut = Math.floor(from * text.length);
          const changed = text.slice(0, cut) + added + text.slice(cut);
          const ends = [cut, Math.floor(to * changed.length)].sort((a, b) => a - b);
          for (const { edits } of refactoringsAt(
            analyze(changed),
            { start: ends[0] ?? 0, end: ends[1] ?? 0 },
            read,
          ))
            edited(changed, edits);
        },
      ),
      { numRuns: 300 },
    );
  });
});

suite('What waits for what', () => {
  const step = fc.record({
    needs: fc.array(fc.nat(20), { maxLength: 3 }),
    reads: fc.option(fc.nat(20), { nil: undefined }),
    style: fc.constantFrom('flow', 'list', 'lines', 'workflow'),
    comment: fc.boolean(),
    blank: fc.boolean(),
  });
  type Sample = ReturnType<typeof step.generate>['value'];

  /** Steps in any order, each of which needs or reads some of those with smaller numbers. */
  function written(samples: readonly Sample[], order: readonly number[]): string {
    const steps = samples.map(({ needs, reads, style, comment, blank }, i) => {
      const ids = i === 0 ? [] : [...new Set(needs.map((need) => `s${need % i}`))];
      const read = reads === undefined || i === 0 ? 'x' : `\${{ steps.s${reads % i}.outputs.tag }}`;
      const head = `${blank ? '\n' : ''}${comment ? `  # about s${i}\n` : ''}`;
      const end = comment ? ' # why' : '';
      if (style === 'workflow')
        return `${head}  s${i}:\n    workflow: publish.workflow.yaml\n    with: { tag: "${read}" }\n${ids.length > 0 ? `    needs: [${ids.join(', ')}]${end}\n` : ''}`;
      const run = `echo "tag=${read}" >> "$BATON_OUTPUT"`;
      if (style === 'flow')
        return `${head}  s${i}: { run: '${run}'${ids.length > 0 ? `, needs: [${ids.join(', ')}]` : ''} }${end}\n`;
      const list =
        ids.length === 0
          ? ''
          : style === 'list'
            ? `    needs: [${ids.join(', ')}]${end}\n`
            : `    needs:\n${ids.map((id) => `      - ${id}\n`).join('')}`;
      return `${head}  s${i}:\n${list}    run: |\n      echo a\n      ${run}\n`;
    });
    return `steps:\n${order.map((i) => steps[i] ?? '').join('')}`;
  }

  /** `a < b` for every step that waits for another, however far down; steps of one class count as one. */
  function waits({ graph }: Analysis, classOf: (id: string) => string | undefined): readonly string[] {
    const below = new Map<string, Set<string>>();
    for (const { from, to } of graph.edges) below.set(from, (below.get(from) ?? new Set()).add(to));
    const found = new Set<string>();
    for (const from of below.keys()) {
      const seen = new Set([from]);
      for (const each of seen) for (const to of below.get(each) ?? []) seen.add(to);
      for (const to of seen) {
        const [a, b] = [classOf(from), classOf(to)];
        if (a !== undefined && b !== undefined && a !== b) found.add(`${a} < ${b}`);
      }
    }
    // What leads through a class of several leads on.
    for (let size = -1; size !== found.size;) {
      size = found.size;
      for (const first of found) {
        const [a = '', b = ''] = first.split(' < ');
        for (const second of found)
          if (second.startsWith(`${b} < `)) found.add(`${a} < ${second.slice(b.length + 3)}`);
      }
    }
    return [...found].sort();
  }

  test('stays as it was, whatever is done to any workflow', () => {
    const kinds = new Set<string>();
    const samples = fc.array(step, { minLength: 2, maxLength: 6 });
    const orders = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(samples, orders, fc.boolean(), fc.boolean(), (steps, keys, isSelection, isWindows) => {
        const order = steps.map((_, i) => i).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
        const unix = written(steps, order);
        const text = isWindows ? unix.replaceAll('\n', '\r\n') : unix;
        const analysis = analyze(text);
        const { entries } = analysis.index.steps;
        for (const [i, { key, range }] of entries.entries()) {
          const end = isSelection ? (entries[i + 1] ?? { range }).range.end - 1 : key.range.start;
          const runs = text.indexOf('echo "tag', key.range.start);
          for (const place of [
            { start: key.range.start, end },
            { start: runs, end: runs },
          ]) {
            if (place.start < 0) continue;
            for (const { title, edits, newFile } of refactoringsAt(analysis, place, read)) {
              kinds.add(title.replace(/"[^"]*"/, '…'));
              const result = edited(text, edits);
              const changed = analyze(result);
              const told = `${title}\n${text}\n→\n${result}`;
              assert.deepEqual(
                changed.diagnostics.filter(({ severity }) => severity === 'error'),
                [],
                told,
              );
              if (newFile?.ref.endsWith('.yaml') === true)
                assert.deepEqual(
                  analyze(newFile.text).diagnostics.filter(({ severity }) => severity === 'error'),
                  [],
                );
              if (isWindows) assert.doesNotMatch(result, /[^\r]\n/, told);
              const chosen = entries
                .filter((each) => each.range.start <= place.end && place.start <= each.range.end)
                .map(({ id }) => id);
              const isOne = /^(?:Surround|Extract (?:these|".*" into a w)|Inline|Turn)/.test(title);
              const old = new Set(entries.map(({ id }) => id));
              const before = waits(analysis, (id) => (isOne && chosen.includes(id) ? 'all' : id));
              const now = waits(changed, (id) => {
                if (isOne && (chosen.includes(id) || !old.has(id))) return 'all';
                return old.has(id) ? id : undefined;
              });
              assert.deepEqual(now, before, told);
              for (const comment of text.match(/# about s\d/g) ?? [])
                assert.ok(
                  (result + (newFile?.text ?? '')).includes(comment) || title.startsWith('Inline'),
                  told,
                );
            }
          }
        }
      }),
      { numRuns: 150 },
    );
    assert.ok(kinds.size >= 9, [...kinds].join('\n'));
  });
});
