/** `BATON_LONG=1` asks for the long forms of these tests: more instants, more runs, more time. */
export const LONG = process.env['BATON_LONG'] === '1';
