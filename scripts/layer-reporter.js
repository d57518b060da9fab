import Mocha from 'mocha';
import { writeResult } from './layers.js';

const { Dot, Spec } = Mocha.reporters;

/**
 * Prints like mocha's own reporters (a dot a test where there are many), and leaves the numbers for `npm test`. Mocha
 * takes a reporter from the default export, and calls it with `new`.
 * @param {Mocha.Runner} runner @param {Mocha.MochaOptions} options
 */
// oxlint-disable-next-line import/no-default-export
export default function LayerReporter(runner, options) {
  const layer = String(options.reporterOptions?.layer);
  const Printer = layer === 'unit' ? Dot : Spec;
  const { stats } = new Printer(runner, options);
  runner.once('end', () => {
    writeResult(layer, { passed: stats.passes, failed: stats.failures, skipped: stats.pending });
  });
}
