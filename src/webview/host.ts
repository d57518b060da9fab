import { readPanelState, type HostMessage, type PanelMessage, type PanelState } from './protocol.ts';

/** The other side: VS Code, or a plain browser window in a test. */
export interface Host {
  post(message: PanelMessage): void;
  kept(): PanelState | undefined;
  keep(state: PanelState): void;
  listen(take: (message: HostMessage) => void): void;
}

interface VsCodeApi {
  postMessage(message: PanelMessage): void;
  getState(): unknown;
  setState(state: PanelState): void;
}

declare global {
  // VS Code puts it there; nothing else does.
  var acquireVsCodeApi: (() => VsCodeApi) | undefined;
}

/** May be called once in the life of a page: VS Code hands its door out only once. */
export function connect(): Host {
  const api = globalThis.acquireVsCodeApi?.() ?? plainBrowser();
  return {
    // VS Code's own function, which knows its one receiver.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    post: (message) => api.postMessage(message),
    kept: () => readPanelState(api.getState()),
    keep: (state) => api.setState(state),
    listen(take) {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        const { data } = event;
        // Anything may be posted to a window; ours carry a type, and an unknown type is passed over by `take`.
        if (typeof data === 'object' && data !== null && 'type' in data) take(data as HostMessage);
      });
    },
  };
}

/** Messages become `baton` events, and the state lives as long as the tab. */
function plainBrowser(): VsCodeApi {
  const key = 'baton.graph';
  return {
    postMessage: (message) => void window.dispatchEvent(new CustomEvent('baton', { detail: message })),
    getState: () => {
      const kept = sessionStorage.getItem(key);
      return kept === null ? undefined : (JSON.parse(kept) as unknown);
    },
    setState: (state) => sessionStorage.setItem(key, JSON.stringify(state)),
  };
}
