import type * as vscode from 'vscode';
import type { InputDeclaration } from '../model/workflow.ts';
import type { Place } from './projects.ts';

/** Which secret of which workflow. */
export interface SecretOf {
  readonly place: Place;
  /** The workflow's path. */
  readonly workflow: string;
}

const PREFIX = 'baton.secret.';
/** Names of what is kept, so that it can be forgotten. */
const KEYS = 'baton.secretKeys';

/** Secret inputs, kept by the editor's own store and nowhere else. */
export class SecretStore {
  readonly #context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /** Those that are kept, by name. */
  async known(of: SecretOf, inputs: readonly InputDeclaration[]): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const { name } of inputs) {
      const value = await this.#context.secrets.get(keyOf(of, name));
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  async keep(of: SecretOf, secrets: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(secrets)) {
      const key = keyOf(of, name);
      await this.#context.secrets.store(key, value);
      const keys = new Set([...this.#keys(), key]);
      await this.#context.globalState.update(KEYS, [...keys]);
    }
  }

  /** Forgets everything; answers how much there was. */
  async forget(): Promise<number> {
    const keys = this.#keys();
    for (const key of keys) await this.#context.secrets.delete(key);
    await this.#context.globalState.update(KEYS, undefined);
    return keys.length;
  }

  #keys(): readonly string[] {
    return this.#context.globalState.get<readonly string[]>(KEYS, []);
  }
}

function keyOf({ place, workflow }: SecretOf, name: string): string {
  return `${PREFIX}${place.folder.uri.toString()} ${workflow} ${name}`;
}
