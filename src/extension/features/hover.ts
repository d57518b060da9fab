import * as vscode from 'vscode';
import type { Feature } from './feature.ts';

export const offerHover: Feature = () => vscode.Disposable.from();
