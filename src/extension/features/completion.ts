import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerCompletion: Feature = () => vscode.Disposable.from();
