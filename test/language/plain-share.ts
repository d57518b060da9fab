import { Parser } from 'yaml';
import { readPlain } from '../../src/language/read-plain.ts';

/** How many of some texts take the short way, from 0 to 1. */
export function plainShare(texts: readonly string[]): number {
  const plain = texts.filter((text) => {
    const document = [...new Parser().parse(text)].find(({ type }) => type === 'document');
    return document !== undefined && readPlain(document, decode) !== undefined;
  });
  return plain.length / texts.length;
}

function decode(token: { readonly offset: number }): { text: string; style: 'plain'; end: number } {
  return { text: '', style: 'plain', end: token.offset };
}
