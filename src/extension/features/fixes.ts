import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerFixes: Feature = () => vscode.Disposable.from();
