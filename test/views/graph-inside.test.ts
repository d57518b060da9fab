import { deepEqual, equal, ok } from 'node:assert/strict';
import { stepGraph } from '../../src/graph/step-graph.ts';
import { analyze } from '../../src/language/analyze.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { GroupOptions } from '../../src/views/graph-inside.ts';
import { graphView, statusOfNodes, type GraphView } from '../../src/views/graph-view.ts';
import { ended, runOf, started } from './graph-sample.ts';

const LOOPS = `name: Loops
steps:
  plan: { run: x }
  tdd:
    needs: plan
    loop:
      max: 3
      until: steps.test.outcome == 'succeeded'
      steps:
        write: { run: x }
        test: { needs: write, run: x }
  scan:
    needs: plan
    for_each: [a, b, c]
    run: x
`;

const OPEN: GroupOptions = { toggled: new Set() };
const workflowOf = (text: string) => analyze(text, { ref: 'w.yaml' }).workflow;

function view(text: string, groups: GroupOptions, run?: RunState): GraphView {
  const workflow = workflowOf(text);
  return graphView({ workflow, graph: stepGraph(workflow), groups, ...(run !== undefined && { run }) });
}

const shapes = ({ nodes }: GraphView) =>
  nodes.map(({ id, within, group, state }) =>
    [id, within && `in ${within}`, group && `${group.open ? 'open' : 'closed'} ${group.count}`, state?.status]
      .filter(Boolean)
      .join(' '),
  );

suite('The graph of what steps hold', () => {
  test('shows the steps of a loop inside of it, with their edges', () => {
    const graph = view(LOOPS, OPEN);
    deepEqual(shapes(graph), ['plan', 'tdd open 2', 'tdd[1].write in tdd', 'tdd[1].test in tdd', 'scan']);
    ok(graph.edges.some(({ from, to }) => from === 'tdd[1].write' && to === 'tdd[1].test'));
    const write = graph.nodes.find(({ id }) => id === 'tdd[1].write');
    equal(LOOPS.slice(write?.range.start, write?.range.end), 'write');
  });

  test('can be closed, and is what it was before without groups', () => {
    deepEqual(shapes(view(LOOPS, { toggled: new Set(['tdd']) })), ['plan', 'tdd closed 2', 'scan']);
    const workflow = workflowOf(LOOPS);
    deepEqual(shapes(graphView({ workflow, graph: stepGraph(workflow) })), ['plan', 'tdd', 'scan']);
  });

  test('shows items and rounds of a run with their states, the round that goes on', () => {
    const run = runOf(workflowOf(LOOPS), [
      started(0, 'plan'),
      ended(10, 'plan', { took: 10 }),
      [
        10,
        {
          type: 'items-expanded',
          step: 'scan',
          attempt: 1,
          items: ['a', 'b', 'c'].map((key) => ({ key, value: key })),
        },
      ],
      [10, { type: 'round-started', step: 'tdd', attempt: 1, round: 1 }],
      started(11, 'scan{b}'),
      started(12, 'tdd[1].write'),
    ]);
    deepEqual(shapes(view(LOOPS, OPEN, run)), [
      'plan succeeded',
      'tdd open 2 running',
      'tdd[1].write in tdd running',
      'tdd[1].test in tdd pending',
      'scan open 3 running',
      'scan{a} in scan queued',
      'scan{b} in scan running',
      'scan{c} in scan queued',
    ]);
    deepEqual(
      statusOfNodes(run, { groups: OPEN }).map(({ id }) => id),
      view(LOOPS, OPEN, run).nodes.map(({ id }) => id),
    );
  });

  test('shows a loop that has not begun as its first round will be', () => {
    const run = runOf(workflowOf(LOOPS), [started(0, 'plan')]);
    const { nodes } = view(LOOPS, OPEN, run);
    equal(nodes.find(({ id }) => id === 'tdd[1].test')?.state?.status, 'pending');
  });

  test('follows a child run into its steps, and gives them names of their own', () => {
    const parent = 'steps:\n  deploy: { workflow: { path: child.yaml } }\n';
    const child = runOf(workflowOf('steps: { build: { run: x }, push: { run: x, needs: build } }\n'), [
      started(0, 'build'),
    ]);
    const run = runOf(workflowOf(parent), [
      [0, { type: 'attempt-started', step: 'deploy', attempt: 1, child: 'c1' }],
    ]);
    const groups: GroupOptions = { toggled: new Set(), childRun: (id) => (id === 'c1' ? child : undefined) };
    const graph = view(parent, groups, run);
    deepEqual(shapes(graph), [
      'deploy open 2 running',
      'deploy > build in deploy running',
      'deploy > push in deploy pending',
    ]);
    deepEqual(
      graph.edges.map(({ from, to }) => `${from} → ${to}`),
      ['deploy > build → deploy > push'],
    );
    const planned = view(parent, { toggled: new Set(), childWorkflow: () => child.workflow });
    deepEqual(shapes(planned).slice(1), ['deploy > build in deploy', 'deploy > push in deploy']);
  });

  test('is closed by itself where there is much inside, and draws what matters of very much', () => {
    const many = `steps:\n  scan: { for_each: [${Array.from({ length: 2000 }, (_, i) => i).join(', ')}], run: x }\n`;
    const items = Array.from({ length: 2000 }, (_, i) => ({ key: `${i}`, value: i }));
    const run = runOf(workflowOf(many), [
      [0, { type: 'items-expanded', step: 'scan', attempt: 1, items }],
      started(1, 'scan{1500}'),
    ]);
    deepEqual(shapes(view(many, OPEN, run)), ['scan closed 2000 running']);
    const open = view(many, { toggled: new Set(['scan']) }, run).nodes;
    equal(open.length, 151);
    ok(open.some(({ id }) => id === 'scan{1500}'));
  });
});
