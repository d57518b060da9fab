import type { Diagnostic } from '../../model/diagnostic.ts';
import { MATCHER_NAMES, readMatchers, type MatcherMistake } from '../../model/matchers-of.ts';
import { toJson } from '../field-values.ts';
import { finding, listed, suggestion } from '../findings.ts';
import { entryOf, valueOf, type YamlNode } from '../tree.ts';
import type { CheckContext } from './check.ts';

/** Problem matchers that can be used: names that exist, expressions that can be read, patterns that capture enough. */
export function checkProblemMatchers({ steps }: CheckContext): readonly Diagnostic[] {
  return steps.flatMap(({ node }) => {
    const matcher = valueOf(node, 'problem_matcher');
    if (matcher === undefined) return [];
    const { mistakes } = readMatchers(toJson(matcher));
    return mistakes.flatMap((mistake) => (mistake.isOfForm ? [] : [diagnosticOf(mistake, matcher)]));
  });
}

function diagnosticOf({ path, message, unknown }: MatcherMistake, matcher: YamlNode): Diagnostic {
  const range = placeOf(matcher, path);
  if (unknown === undefined) return finding('baton/problem-matcher', range, message);
  const { hint, fixes } = suggestion(unknown, MATCHER_NAMES, range);
  const there = hint === '' ? ` There is ${listed(MATCHER_NAMES)}.` : hint;
  return finding('baton/problem-matcher', range, message + there, { fixes });
}

/** The value at a path; of a map or a list only its beginning, since a whole one underlined would hide what is in it. */
function placeOf(node: YamlNode, path: MatcherMistake['path']): Diagnostic['range'] {
  const [key, ...rest] = path;
  if (key !== undefined) {
    const entry = typeof key === 'string' ? entryOf(node, key) : undefined;
    const below = node.kind === 'list' && typeof key === 'number' ? node.items[key] : entry?.value;
    if (below === undefined) return node.range;
    return rest.length === 0 && entry !== undefined && below.kind !== 'scalar'
      ? entry.key.range
      : placeOf(below, rest);
  }
  const [first] = node.kind === 'map' ? node.entries : [];
  return first?.key.range ?? node.range;
}
