/** What is needed now and then to watch runs, in a bundle of its own. */
export { askFilter } from './filter.ts';
export {
  detailMessage,
  FactsOf,
  historyMessage,
  momentMessage,
  pathOfPlan,
  pathOfRun,
  timelineMessage,
} from './panel-data.ts';
export { comparisonPage, openComparison } from './compare-runs.ts';
export { exportGraph } from './export-graph.ts';
