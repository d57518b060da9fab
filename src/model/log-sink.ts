/** Where an attempt's output goes. A sink with a `path` may be written to by the process itself, past the runner. */
export interface LogSink {
  /** Absolute path of a file that grows as output comes. */
  readonly path?: string;
  write(chunk: Uint8Array): void;
}
