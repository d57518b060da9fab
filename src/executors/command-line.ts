/** A program to start. */
export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** On Windows: the arguments are quoted already. */
  readonly verbatim?: boolean;
}

/** Writes a text into a file of the run's own folder, with this ending, and says its absolute path. */
export type Scratch = (ending: string, text: string) => string;
