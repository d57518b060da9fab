import path from 'node:path';
import * as vscode from 'vscode';
import { emptyRecord, type Json } from '../base/json.ts';
import type { InputDeclaration, Workflow } from '../model/workflow.ts';
import { resolveInput } from '../project/inputs.ts';

interface Question {
  readonly input: InputDeclaration;
  readonly title: string;
  /** Prefilled: what was answered before, or the default. */
  readonly value: Value | undefined;
  readonly canGoBack: boolean;
  readonly folder: vscode.Uri;
}

const BACK = Symbol('back');
type Value = string | number | boolean;
type Answer = { readonly value: Value | undefined } | typeof BACK | 'cancelled';

/** Asks for every input in turn. Undefined when the person gave up; then nothing happens. */
export async function askInputs(
  workflow: Workflow,
  { folder, given = {} }: { readonly folder: vscode.Uri; readonly given?: Readonly<Record<string, Json>> },
): Promise<Readonly<Record<string, Json>> | undefined> {
  const answers = emptyRecord<Value | undefined>();
  const open = workflow.inputs.filter(({ name }) => !Object.hasOwn(given, name));
  for (let i = 0; i < open.length;) {
    const input = open[i];
    if (input === undefined) break;
    const title = vscode.l10n.t('Run {0} ({1} of {2}): {3}', workflow.name, i + 1, open.length, input.name);
    const value = Object.hasOwn(answers, input.name) ? answers[input.name] : input.default;
    const answer = await ask({ input, title, value, canGoBack: i > 0, folder });
    if (answer === 'cancelled') return undefined;
    if (answer !== BACK) answers[input.name] = answer.value;
    i += answer === BACK ? -1 : 1;
  }
  const values = emptyRecord<Json>();
  for (const [name, value] of Object.entries({ ...answers, ...given })) {
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function ask(question: Question): Promise<Answer> {
  const { type, enum: allowed } = question.input;
  if (allowed !== undefined) return pick(question, allowed);
  return type === 'boolean' ? pick(question, [true, false]) : enter(question);
}

async function pick(question: Question, allowed: readonly Value[]): Promise<Answer> {
  const { input, value } = question;
  const items = allowed.map((each) => ({
    label: String(each),
    ...(each === input.default && { description: vscode.l10n.t('default') }),
    each,
  }));
  const box = vscode.window.createQuickPick<(typeof items)[number]>();
  box.items = items;
  box.activeItems = items.filter(({ each }) => each === value);
  box.placeholder = input.description ?? vscode.l10n.t('Choose a value for {0}', input.name);
  return answered(box, question, () => {
    const [chosen] = box.activeItems;
    return chosen && { value: chosen.each };
  });
}

async function enter(question: Question): Promise<Answer> {
  const { input, value, folder } = question;
  const box = vscode.window.createInputBox();
  box.value = value === undefined ? '' : String(value);
  box.password = input.secret;
  if (input.description !== undefined) box.prompt = input.description;
  box.placeholder = input.required ? '' : vscode.l10n.t('Leave empty for no value');
  const browse: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('folder-opened'),
    tooltip: vscode.l10n.t('Browse…'),
  };
  if (input.type === 'path') box.buttons = [browse];
  const check = () => {
    const checked = resolveInput(input, textOf(input, box.value));
    box.validationMessage = checked.ok ? undefined : checked.error;
    return checked.ok;
  };
  box.onDidChangeValue(check);
  box.onDidTriggerButton(async (button) => {
    if (button === browse) box.value = (await choosePath(folder)) ?? box.value;
  });
  return answered(box, question, () => (check() ? { value: textOf(input, box.value) } : undefined));
}

/** An empty box means no value, except where an empty text is one. */
function textOf(input: InputDeclaration, text: string): string | undefined {
  return text === '' && (input.type !== 'string' || input.required) ? undefined : text;
}

async function choosePath(folder: vscode.Uri): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    defaultUri: folder,
    canSelectFiles: true,
    canSelectFolders: true,
  });
  const [uri] = chosen ?? [];
  if (uri === undefined) return undefined;
  const below = path.relative(folder.fsPath, uri.fsPath);
  return below === '' ? '.' : below.startsWith('..') ? uri.fsPath : below;
}

/** Shows the question until there is an answer. */
function answered(
  box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem & { readonly each: Value }>,
  { title, canGoBack }: Question,
  accepted: () => { readonly value: Value | undefined } | undefined,
): Promise<Answer> {
  return new Promise<Answer>((resolve) => {
    box.title = title;
    box.ignoreFocusOut = true;
    if (canGoBack) box.buttons = [vscode.QuickInputButtons.Back, ...box.buttons];
    box.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) resolve(BACK);
    });
    box.onDidAccept(() => {
      const answer = accepted();
      if (answer !== undefined) resolve(answer);
    });
    box.onDidHide(() => resolve('cancelled'));
    box.show();
  }).finally(() => box.dispose());
}
