import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerTokens: Feature = () => vscode.Disposable.from();
