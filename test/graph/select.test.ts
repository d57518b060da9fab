import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { select, type Selection } from '../../src/graph/select.ts';
import { stepGraph } from '../../src/graph/step-graph.ts';
import { workflowOf } from '../model/sketches.ts';

const GRAPH = stepGraph(
  workflowOf([
    { id: 'build' },
    { id: 'lint' },
    { id: 'test', needs: ['build'] },
    { id: 'docs', needs: ['build'] },
    { id: 'publish', needs: ['test', 'lint'] },
    { id: 'tell', needs: ['publish'] },
  ]),
);

function selected(selection: Selection): string {
  const found = select(GRAPH, selection);
  if (!found.ok) return found.error;
  return GRAPH.nodes.flatMap(({ id }) => (found.value.has(id) ? [id] : [])).join(' ');
}

suite('A selection of steps', () => {
  test('is exactly the steps that are named, whatever they need', () => {
    assert.equal(selected({ only: ['publish', 'build'] }), 'build publish');
  });

  test('from a step on is that step and all that depends on it', () => {
    assert.equal(selected({ from: 'test' }), 'test publish tell');
    assert.equal(selected({ from: 'build' }), 'build test docs publish tell');
    assert.equal(selected({ from: 'tell' }), 'tell');
  });

  test('says which step there is not, and which was meant', () => {
    assert.equal(
      selected({ only: ['build', 'tets'] }),
      'The workflow has no step "tets". Did you mean "test"?',
    );
    assert.equal(selected({ from: 'biuld' }), 'The workflow has no step "biuld". Did you mean "build"?');
    assert.equal(
      selected({ from: 'x' }),
      'The workflow has no step "x". It has: build, lint, test, docs, publish, tell.',
    );
  });
});
