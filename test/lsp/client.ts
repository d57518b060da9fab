import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node';
import { ROOT } from '../cli/cli.ts';

/** An editor of the test's own: a real client library that talks to `baton lsp`. */
export class Client {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  readonly #folder: string;
  readonly #told: PublishDiagnosticsParams[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number | null>;

  static async start(folder: string): Promise<Client> {
    const child = spawn(process.execPath, [path.join(ROOT, 'src/cli/main.ts'), 'lsp', '--stdio'], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.listen();
    const uri = pathToFileURL(folder).href;
    const initialized = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'test' }],
      capabilities: {
        workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
      },
    });
    await connection.sendNotification(InitializedNotification.type, {});
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return new Client({ connection, initialized, folder, ended });
  }

  private constructor(parts: {
    readonly connection: ProtocolConnection;
    readonly initialized: InitializeResult;
    readonly folder: string;
    readonly ended: Promise<number | null>;
  }) {
    this.connection = parts.connection;
    this.initialized = parts.initialized;
    this.#folder = parts.folder;
    this.#ended = parts.ended;
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      this.#told.push(params);
      for (const wake of this.#waiting) wake();
    });
  }

  uri(ref: string): string {
    return pathToFileURL(path.join(this.#folder, ref)).href;
  }

  async open(ref: string, text: string): Promise<void> {
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: this.uri(ref), languageId: 'yaml', version: 1, text },
    });
  }

  async change(ref: string, version: number, text: string): Promise<void> {
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri(ref), version },
      contentChanges: [{ text }],
    });
  }

  /** What the server says of a version of a file, once it does. */
  async diagnostics(ref: string, version: number): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const found = this.#told.find((each) => each.uri === this.uri(ref) && each.version === version);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  /** The exit code of the server, after the polite goodbye. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    return this.#ended;
  }
}
