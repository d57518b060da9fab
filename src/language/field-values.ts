import { parseDuration } from '../base/duration.ts';
import { emptyRecord, type Json } from '../base/json.ts';
import type { Concurrency } from '../model/workflow.ts';
import { textOf, valueOf, type YamlNode } from './tree.ts';

/** A YAML value as JSON. */
export function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  const record = emptyRecord<Json>();
  for (const { key, value } of node.entries) record[key.text] = toJson(value);
  return record;
}

export function durationOf(node: YamlNode | undefined): number | undefined {
  const text = textOf(node);
  return text === undefined ? undefined : parseDuration(text);
}

export function numberOf(node: YamlNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

export function textsOf(node: YamlNode | undefined): Record<string, string> {
  const texts = emptyRecord<string>();
  if (node?.kind !== 'map') return texts;
  for (const { key, value } of node.entries) texts[key.text] = textOf(value) ?? '';
  return texts;
}

/** One text, or a list of them. */
export function textListOf(node: YamlNode | undefined): string[] {
  if (node?.kind === 'list') return node.items.flatMap((item) => textOf(item) ?? []);
  const text = textOf(node);
  return text === undefined ? [] : [text];
}

export function choiceOf<T extends string>(
  node: YamlNode | undefined,
  choices: readonly T[],
  otherwise: T,
): T {
  return choices.find((choice) => choice === textOf(node)) ?? otherwise;
}

export function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

export function numbersOf(node: YamlNode): number[] {
  return node.kind === 'list' ? node.items.flatMap((item) => numberOf(item) ?? []) : [];
}

export function jsonList(node: YamlNode | undefined): Json[] {
  return node?.kind === 'list' ? node.items.map(toJson) : [];
}

export function concurrencyOf(node: YamlNode | undefined): Concurrency | undefined {
  if (node === undefined) return undefined;
  return {
    group: textOf(valueOf(node, 'group')) ?? '',
    limit: numberOf(valueOf(node, 'limit')) ?? 1,
    whenFull: choiceOf(valueOf(node, 'when_full'), ['queue', 'cancel_oldest', 'reject'] as const, 'queue'),
  };
}
