import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerNavigation: Feature = () => vscode.Disposable.from();
