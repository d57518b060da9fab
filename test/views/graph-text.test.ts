import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import { stepGraph } from '../../src/graph/step-graph.ts';
import { graphAsDot, graphAsJson, graphAsMermaid } from '../../src/views/graph-text.ts';
import { workflowOf } from './graph-sample.ts';

const REVIEW = stepGraph(
  workflowOf(
    'list: run\nscan: script reads list\nreview: agent needs scan\nquality: gate needs review back to review',
  ),
);

suite('graph as text', () => {
  test('Mermaid: shapes for kinds, dots for data, thick lines back', () => {
    assert.equal(
      graphAsMermaid({ graph: REVIEW }),
      `flowchart LR
  list["list"]
  scan["scan"]
  review(["review"])
  quality{"quality"}
  list -.-> scan
  scan --> review
  review --> quality
  quality ==> review
`,
    );
  });

  test('Mermaid: keywords and hyphens get names of their own, and keep their labels', () => {
    const graph = stepGraph(
      workflowOf('end: run\nend-to-end: run needs end\nend_: run\nend_to_end: run\nDefault: run\n_x: run'),
    );
    assert.equal(
      graphAsMermaid({ graph, direction: 'down' }),
      `flowchart TD
  end__["end"]
  end_to_end_["end-to-end"]
  end_["end_"]
  end_to_end["end_to_end"]
  Default_["Default"]
  s_x["_x"]
  end__ --> end_to_end_
`,
    );
  });

  test('Mermaid: states are classes', () => {
    const text = graphAsMermaid({
      graph: REVIEW,
      statuses: new Map([
        ['list', 'succeeded'],
        ['scan', 'succeeded'],
        ['review', 'running'],
      ]),
    });
    assert.match(text, /^ {2}classDef succeeded stroke:#388a34/m);
    assert.match(text, /^ {2}class list,scan succeeded$/m);
    assert.match(text, /^ {2}class review running$/m);
  });

  test('DOT: every id is quoted, so no keyword can break it', () => {
    const graph = stepGraph(
      workflowOf('node: run\nsub-graph: run needs node\nedge: gate reads sub-graph back to node'),
    );
    assert.equal(
      graphAsDot({ graph, statuses: new Map([['node', 'failed']]) }),
      `digraph workflow {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  "node" [color="#e51400", tooltip="failed"];
  "sub-graph";
  "edge" [shape=diamond];
  "node" -> "sub-graph";
  "sub-graph" -> "edge" [style=dashed];
  "edge" -> "node" [style=bold, constraint=false];
}
`,
    );
  });

  test('JSON: exactly the public fields', () => {
    const facts = {
      cycles: [],
      order: ['list', 'scan', 'review', 'quality'],
      layers: [['list'], ['scan'], ['review'], ['quality']],
      criticalPath: ['list', 'scan', 'review', 'quality'],
    };
    assert.deepEqual(graphAsJson({ graph: REVIEW, statuses: new Map([['list', 'running']]) }, facts), {
      nodes: [
        { id: 'list', kind: 'run', status: 'running' },
        { id: 'scan', kind: 'script' },
        { id: 'review', kind: 'agent' },
        { id: 'quality', kind: 'gate' },
      ],
      edges: [
        { from: 'list', to: 'scan', kind: 'data' },
        { from: 'scan', to: 'review', kind: 'needs' },
        { from: 'review', to: 'quality', kind: 'needs' },
        { from: 'quality', to: 'review', kind: 'rewind' },
      ],
      ...facts,
    });
  });
});
