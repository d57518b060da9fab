/** Where an attempt's output goes. A sink with a `path` may be written to by the process itself, past the runner. */
export interface LogSink {
  /** Absolute path of a file that grows as output comes. */
  readonly path?: string;
  /** A piece that means something by itself, such as a line. */
  write(chunk: Uint8Array): void;
  /** For bytes that come in pieces cut anywhere: one for each stream that goes into the sink. */
  stream?(): LogStream;
}

export interface LogStream {
  write(chunk: Uint8Array): void;
  /** Nothing more will come: whatever was held back is written. */
  end(): void;
}
