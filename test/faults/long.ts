import { test } from 'mocha';

/** `BATON_LONG=1` asks for the long forms of these tests: more instants, more runs, more time. */
export const LONG = process.env['BATON_LONG'] === '1';

/** What is known not to hold yet: `BATON_OPEN_FAULTS=1` tries it all the same. */
export const openFault = process.env['BATON_OPEN_FAULTS'] === '1' ? test : test.skip;
