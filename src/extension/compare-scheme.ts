/** Of documents that say what differs between two runs. */
export const COMPARE_SCHEME = 'baton-compare';
