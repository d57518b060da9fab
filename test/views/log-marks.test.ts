import { deepEqual, equal } from 'node:assert/strict';
import { plainText } from '../../src/views/ansi.ts';
import { fileReferences, groupsOf, withSections } from '../../src/views/log-marks.ts';

suite('Groups in output', () => {
  test('are what the markers of GitHub Actions, Azure Pipelines and GitLab enclose', () => {
    const lines = [
      '::group::Install',
      'a',
      '::endgroup::',
      '##[group]Build',
      'b',
      '##[endgroup]',
      'section_start:1700000000:x',
      'c',
      'section_end:1700000001:x',
    ];
    deepEqual(groupsOf(lines), [
      { start: 0, end: 2 },
      { start: 3, end: 5 },
      { start: 6, end: 8 },
    ]);
  });

  test('of GitLab stay visible, though its runner wipes them off', () => {
    const { text } = plainText(
      withSections('section_start:17:x\r\u001B[0KBuild it\nb\nsection_end:18:x\r\u001B[0K\nc'),
    );
    equal(text, 'section_start:17:x Build it\nb\nsection_end:18:x \nc');
    deepEqual(groupsOf(text.split('\n')), [{ start: 0, end: 2 }]);
  });

  test('can hold others, and go to the end when nobody ended them', () => {
    deepEqual(groupsOf(['::group::a', '::group::b', 'x', '::endgroup::', 'y']), [
      { start: 0, end: 4 },
      { start: 1, end: 3 },
    ]);
    deepEqual(groupsOf(['::endgroup::', 'x', '::group::last']), []);
  });
});

suite('Places in files', () => {
  const of = (line: string) =>
    fileReferences(line).map(({ path, row, column }) =>
      [path, row, column].filter((part) => part !== undefined).join('|'),
    );

  test('are found as compilers and interpreters write them', () => {
    deepEqual(of('src/a.ts:12:5 - error TS2322'), ['src/a.ts|12|5']);
    deepEqual(of('src/a.ts(3,14): error TS1005'), ['src/a.ts|3|14']);
    deepEqual(of('  File "/x/my tool.py", line 7, in <module>'), ['/x/my tool.py|7']);
    deepEqual(of('    at run (file:///x/y.mjs:9:3)'), ['/x/y.mjs|9|3']);
    deepEqual(of('    at Object.<anonymous> (C:\\x\\y.js:9:3)'), ['C:\\x\\y.js|9|3']);
    deepEqual(of('  --> src/main.rs:2:1'), ['src/main.rs|2|1']);
    deepEqual(of('Makefile:3: *** missing separator.'), ['Makefile|3']);
    deepEqual(of('--- FAIL: a_test.go:10 and b_test.go:11'), ['a_test.go|10', 'b_test.go|11']);
  });

  test('are not times, addresses with ports, or numbers alone', () => {
    deepEqual(of('12:30:45 started'), []);
    deepEqual(of('http://localhost:8080/x'), []);
    deepEqual(of('1:2:3'), []);
    deepEqual(of('a.ts:0'), []);
  });

  test('say where in the line they stand', () => {
    const line = 'in a.ts:1 here';
    const [found] = fileReferences(line);
    equal(line.slice(found?.start, found?.end), 'a.ts:1');
  });
});
