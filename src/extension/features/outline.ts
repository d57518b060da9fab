import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerOutline: Feature = () => vscode.Disposable.from();
