import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerLenses: Feature = () => vscode.Disposable.from();
