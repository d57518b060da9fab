import { certain, possible, remove, type Cure } from './mend.ts';

/** What stands here means nothing, or the same as nothing. */
export const cureByRemoval =
  (title: string): Cure =>
  (patient) =>
    certain(title, remove(patient));

/** It may go, or it may be that what would use it is still to be written. */
export const cureByChosenRemoval =
  (title: string): Cure =>
  (patient) =>
    possible(title, remove(patient));
