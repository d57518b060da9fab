/** All of the calendar arithmetic, for those who load it when the first schedule comes along. */
export { parseCron } from './cron.ts';
export { nextTime } from './next-times.ts';
export { nextClockChange, nextsOf, zoneFor } from './schedule-times.ts';
export { nearestZone, zoneOf } from './zone.ts';
