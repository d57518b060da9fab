import {
  createConnection,
  DiagnosticSeverity,
  DidChangeWatchedFilesNotification,
  ProposedFeatures,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type Diagnostic as LspDiagnostic,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Lines } from '../base/lines.ts';
import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { capabilities, offerFeatures } from './features.ts';
import { lspRange } from './lsp-range.ts';
import { Workspace, type OpenWorkflow } from './workspace.ts';

declare const BATON_VERSION: string | undefined;

/** `baton lsp`: everything the language knows, for every editor that speaks the protocol, over standard input and output. */
export function serve(): void {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  new Server(connection).listen();
}

class Server {
  readonly #connection: Connection;
  readonly #documents = new TextDocuments(TextDocument);
  readonly #workspace = new Workspace();
  #mayWatch = false;
  #canCreate = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  listen(): void {
    const connection = this.#connection;
    const documents = this.#documents;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#watch());
    documents.onDidChangeContent(({ document }) => this.#tell(document));
    documents.onDidClose(({ document }) => this.#forget(document.uri));
    documents.onDidSave(({ document }) => this.#lookAgain(document.uri));
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const { uri } of changes) this.#lookAgain(uri);
    });
    offerFeatures(connection, {
      workspace: this.#workspace,
      open: (uri) => this.#open(uri),
      canCreate: () => this.#canCreate,
    });
    documents.listen(connection);
    connection.listen();
  }

  #initialize({ workspaceFolders, rootUri, capabilities: client }: InitializeParams): InitializeResult {
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
    this.#workspace.setFolders(folders);
    this.#mayWatch = client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    this.#canCreate =
      client.workspace?.workspaceEdit?.documentChanges === true &&
      client.workspace.workspaceEdit.resourceOperations?.includes('create') === true;
    return {
      capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, ...capabilities },
      serverInfo: { name: 'baton', version: typeof BATON_VERSION === 'string' ? BATON_VERSION : '' },
    };
  }

  #watch(): void {
    if (!this.#mayWatch) return;
    const watchers = [{ globPattern: '**/*.{yaml,yml}' }];
    void this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }

  #open(uri: string): OpenWorkflow | undefined {
    const document = this.#documents.get(uri);
    return document === undefined ? undefined : this.#workspace.open(document);
  }

  #tell(document: TextDocument): void {
    const open = this.#workspace.open(document);
    if (open === undefined) return;
    const { analysis, lines, uri } = open;
    const diagnostics = analysis.diagnostics.map((each) =>
      diagnosticOf(each, { lines, uri, open, workspace: this.#workspace }),
    );
    void this.#connection.sendDiagnostics({ uri, version: document.version, diagnostics });
  }

  #forget(uri: string): void {
    this.#workspace.close(uri);
    void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  /** Those that run the changed workflow are checked against what it says now. */
  #lookAgain(uri: string): void {
    for (const dependent of this.#workspace.dependentsOf(uri)) {
      const document = this.#documents.get(dependent);
      if (document !== undefined) this.#tell(document);
    }
  }
}

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

function diagnosticOf(
  { code, severity, message, range, related }: Diagnostic,
  {
    lines,
    uri,
    open,
    workspace,
  }: {
    readonly lines: Lines;
    readonly uri: string;
    readonly open: OpenWorkflow;
    readonly workspace: Workspace;
  },
): LspDiagnostic {
  const relatedInformation = related.map(({ message: words, file, range: place }) => {
    const elsewhere = file !== undefined && open.folder !== undefined;
    return {
      message: words,
      location: elsewhere
        ? {
            uri: workspace.uriOf(open.folder, file),
            range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
          }
        : { uri, range: lspRange(lines, place) },
    };
  });
  return {
    source: 'baton',
    code,
    severity: SEVERITIES[severity],
    message,
    range: lspRange(lines, range),
    ...(relatedInformation.length > 0 && { relatedInformation }),
  };
}
