import type { SegmentKind } from '../views/timeline.ts';
import type { WordKey } from './words.ts';

export const KIND_WORDS: Readonly<Record<SegmentKind, WordKey>> = {
  ready: 'segmentReady',
  ran: 'segmentRan',
  backoff: 'segmentBackoff',
  asked: 'segmentAsked',
  group: 'segmentGroup',
};
