/** What is to be said, apart from the language it is said in: `{0}` and so on stand for the values. */
export interface Sentence {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

export function sentence(text: string, ...values: readonly (string | number)[]): Sentence {
  return { text, values };
}

/** In English. */
export function spoken({ text, values }: Sentence): string {
  return text.replaceAll(/\{(\d+)\}/g, (_, number: string) => String(values[Number(number)] ?? ''));
}
