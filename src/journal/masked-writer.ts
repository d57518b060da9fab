import type { RunId, StepAddress } from '../model/attempt.ts';
import type { LogSink } from '../model/log-sink.ts';
import type { Fact, RunEvent } from '../model/run-event.ts';
import type { Json } from '../base/json.ts';
import type { JournalWriter, Request } from './journal.ts';
import type { Masker } from './mask.ts';

/**
 * A writer through which no secret comes (rule V7): neither into facts, which the engine goes on with as they were
 * written, nor into logs, whose output therefore passes through this process.
 */
export function maskedWriter(writer: JournalWriter, masker: Masker | undefined): JournalWriter {
  return masker === undefined ? writer : new MaskedWriter(writer, masker);
}

class MaskedWriter implements JournalWriter {
  readonly #writer: JournalWriter;
  readonly #masker: Masker;

  constructor(writer: JournalWriter, masker: Masker) {
    this.#writer = writer;
    this.#masker = masker;
  }

  get run(): RunId {
    return this.#writer.run;
  }

  get first(): readonly RunEvent[] {
    return this.#writer.first;
  }

  get scratch(): string {
    return this.#writer.scratch;
  }

  get values(): string {
    return this.#writer.values;
  }

  append(facts: readonly Fact[], at?: number): readonly RunEvent[] {
    return this.#writer.append(
      facts.map((fact) => this.#masked(fact)),
      at,
    );
  }

  /** Addresses name steps, and name them still: what is looked up by them is never changed. */
  #masked(fact: Fact): Fact {
    if (fact.type !== 'attempt-ended' && fact.type !== 'step-waiting' && fact.type !== 'gate-answered')
      return fact;
    const { step } = fact;
    const masked = this.#masker.json(fact as unknown as Json) as unknown as Fact; // facts are JSON, and stay what they are
    return { ...masked, step } as Fact;
  }

  log(step: StepAddress, attempt: number): LogSink {
    const sink = this.#writer.log(step, attempt);
    const masker = this.#masker;
    return {
      write: (chunk) => sink.write(Buffer.from(masker.text(Buffer.from(chunk).toString('utf8')))),
      stream() {
        const stream = masker.stream();
        const pass = (bytes: Uint8Array) => {
          if (bytes.length > 0) sink.write(bytes);
        };
        return { write: (chunk) => pass(stream.write(chunk)), end: () => pass(stream.end()) };
      },
    };
  }

  onRequest(listener: (request: Request) => void): Disposable {
    return this.#writer.onRequest(listener);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}
