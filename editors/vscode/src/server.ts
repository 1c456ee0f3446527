// The language server: `trave lsp`, started, watched and stopped.

import * as vscode from 'vscode';
import {
  LanguageClient,
  State,
  type DocumentFilter,
  type ExecuteCommandSignature,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';

import { findBinary, pathFolders, type Binary } from './binary';
import { showRule, showText, type RulePage } from './pages';

/** What the server is doing. */
export type Condition =
  | { kind: 'disabled' }
  | { kind: 'missing' }
  | { kind: 'starting' }
  | { kind: 'running'; binary: Binary; version: string | undefined }
  | { kind: 'failed'; reason: string };

const LANGUAGES = [
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'vue',
  'svelte',
  'sql',
  'prisma',
];

/** Files whose language is known only where another extension tells it. */
const PATTERNS = ['**/*.{vue,svelte,prisma}', '**/*.sql', '**/trave.toml'];

/** The server of this window: one for all of its folders. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private last: Condition = { kind: 'starting' };
  private readonly changes = new vscode.EventEmitter<Condition>();
  /** One start or stop after the other. */
  private queue: Promise<void> = Promise.resolve();

  /** Tells every change of the condition. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly output: vscode.LogOutputChannel,
  ) {}

  /** What the server is doing now. */
  get condition(): Condition {
    return this.last;
  }

  /** The program for these folders, as things are now. */
  binary(): Binary | undefined {
    const folders = (vscode.workspace.workspaceFolders ?? [])
      .filter((folder) => folder.uri.scheme === 'file')
      .map((folder) => folder.uri.fsPath);
    return findBinary({
      setting: vscode.workspace.getConfiguration('trave').get('path', ''),
      folders: vscode.workspace.isTrusted ? folders : [],
      path: pathFolders(process.env),
      extension: this.context.extensionPath,
    });
  }

  /** Asks the server that runs. What was typed and not saved counts in its answer. */
  async ask<Answer>(method: string, given: unknown = null): Promise<Answer> {
    if (!this.client || this.last.kind !== 'running') {
      throw new Error('The server does not run: see the output.');
    }
    return this.client.sendRequest<Answer>(method, given);
  }

  /** Starts the server anew, with the settings as they are now. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.startAnew());
    return this.queue;
  }

  /** Ends the server. */
  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.end());
    return this.queue;
  }

  dispose(): void {
    void this.stop();
    this.changes.dispose();
  }

  private async startAnew(): Promise<void> {
    await this.end();
    if (!isWanted()) return this.become({ kind: 'disabled' });
    const binary = this.binary();
    if (!binary) return this.become({ kind: 'missing' });
    this.become({ kind: 'starting' });
    this.output.info(`starting ${binary.file} (from the ${binary.from})`);
    const client = this.newClient(binary);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState === State.Running) {
        const version = client.initializeResult?.serverInfo?.version;
        this.become({ kind: 'running', binary, version });
      } else if (newState === State.Stopped) {
        this.become({ kind: 'failed', reason: 'the server ended' });
      }
    });
    try {
      await client.start();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.output.error(reason);
      this.become({ kind: 'failed', reason });
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    try {
      await client.dispose();
    } catch (error) {
      // One that never started, or is gone already, needs no ending.
      this.output.debug(String(error));
    }
  }

  private become(condition: Condition): void {
    this.last = condition;
    this.changes.fire(condition);
  }

  private newClient(binary: Binary): LanguageClient {
    const command = { command: binary.file, args: ['lsp'] };
    const server: ServerOptions = { run: command, debug: command };
    const client: LanguageClient = new LanguageClient(
      'trave',
      'Trave',
      server,
      this.options(() => this.client === client),
    );
    return client;
  }

  private options(isCurrent: () => boolean): LanguageClientOptions {
    const documentSelector: DocumentFilter[] = [
      ...LANGUAGES.map((language) => ({ scheme: 'file', language })),
      ...PATTERNS.map((pattern) => ({ scheme: 'file', pattern })),
    ];
    return {
      documentSelector,
      outputChannel: this.output,
      initializationOptions: { showsPages: true },
      middleware: {
        executeCommand: showIfPage,
        workspace: {
          didChangeConfiguration: async (sections, next) => {
            // A setting may have ended the server that this is for.
            await this.queue;
            if (isCurrent()) await next(sections);
          },
        },
      },
    };
  }
}

/** Whether any folder of the window is to be checked. */
function isWanted(): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [undefined];
  return folders.some((folder) =>
    vscode.workspace.getConfiguration('trave', folder).get('enable', true),
  );
}

/** Runs a command of the server, and shows the page that it gives back, if it does. */
async function showIfPage(
  command: string,
  given: unknown[],
  next: ExecuteCommandSignature,
): Promise<unknown> {
  const result: unknown = await next(command, given);
  if (command === 'trave.explain') await showRule(result as RulePage);
  if (command === 'trave.showRoute') await showText('route.txt', (result as { text: string }).text);
  return result;
}
