import * as vscode from 'vscode';
import type { Feature, FeatureWorld } from './feature.ts';
import { offerCompletion } from './completion.ts';
import { offerFixes } from './fixes.ts';
import { offerHover } from './hover.ts';
import { offerInlays } from './inlays.ts';
import { offerLenses } from './lenses.ts';
import { offerNavigation } from './navigation.ts';
import { offerOutline } from './outline.ts';
import { offerSignatures } from './signature.ts';
import { offerStatusItem } from './status-item.ts';
import { offerTokens } from './tokens.ts';

/** All help with editing workflows, in a bundle of its own: nobody who only runs them waits for it. */
const FEATURES: readonly Feature[] = [
  offerCompletion,
  offerHover,
  offerNavigation,
  offerOutline,
  offerLenses,
  offerInlays,
  offerTokens,
  offerStatusItem,
  offerFixes,
  offerSignatures,
];

export function registerFeatures(world: FeatureWorld): vscode.Disposable {
  return vscode.Disposable.from(...FEATURES.map((feature) => feature(world)));
}
