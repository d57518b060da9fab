import { nearestAll } from '../../base/nearest.ts';
import { INPUT_NAME } from '../schema.ts';
import { textOf, valueOf, type YamlNode } from '../tree.ts';
import { scalar } from '../yaml-edits.ts';
import { certain, possible, remove, replace, type Case, type Cure, type Mend } from './mend.ts';
import { cureName } from './rename.ts';

const MOST_CHOICES = 6;

/** What an input's declaration says against itself. */
export const cureInput: Cure = (patient) => {
  const declaration = patient.links.find((link, i) => i === 1 && link.kind === 'entry');
  if (declaration?.kind !== 'entry') return [];
  const { key, value } = declaration.entry;
  if (!INPUT_NAME.test(key.text)) return cureName(patient);
  const field = patient.links[2];
  if (field?.kind !== 'entry') return [];
  const isSecret = textOf(valueOf(value, 'secret')) === 'true';
  switch (field.entry.key.text) {
    case 'type':
      return certain('Change to `string`', replace(field.entry.value.range, 'string'));
    case 'enum':
      return ofEnum(patient);
    case 'default':
      return isSecret
        ? possible('Take the default away', remove(patient))
        : ofDefault(patient, { declared: value, given: field.entry.value });
    default:
      return [];
  }
};

function ofEnum(patient: Case): readonly Mend[] {
  const own = patient.links.at(-1);
  if (own?.kind === 'entry') return certain('Take `enum` away', remove(patient));
  const item = own?.item;
  if (item?.kind !== 'scalar') return [];
  return isNumber(item.text)
    ? certain(`Change to ${item.text}`, replace(item.range, item.text))
    : possible('Take this value away', remove(patient));
}

function ofDefault(
  patient: Case,
  { declared, given }: { readonly declared: YamlNode; readonly given: YamlNode },
): readonly Mend[] {
  if (given.kind !== 'scalar') return [];
  const type = textOf(valueOf(declared, 'type'));
  const change = (written: string) => certain(`Change to ${written}`, replace(given.range, written));
  if (type === 'number' && typeof given.value !== 'number' && isNumber(given.text)) return change(given.text);
  if (type === 'boolean' && /^(?:yes|on|true)$/i.test(given.text)) return change('true');
  if (type === 'boolean' && /^(?:no|off|false)$/i.test(given.text)) return change('false');
  const allowed = itemsOf(valueOf(declared, 'enum'));
  const near = [...new Set(nearestAll(given.text, allowed))];
  const offered = near.length > 0 ? near : allowed.slice(0, MOST_CHOICES);
  const fitting = offered.filter((each) => type !== 'number' || isNumber(each));
  return [
    ...fitting.flatMap((each) =>
      possible(`Change to "${each}"`, replace(given.range, type === 'number' ? each : text(each))),
    ),
    ...possible('Take the default away', remove(patient)),
  ];
}

/** A text stays one, even if it looks like a number. */
function text(value: string): string {
  return scalar(value);
}

function itemsOf(node: YamlNode | undefined): readonly string[] {
  return node?.kind === 'list' ? node.items.flatMap((item) => textOf(item) ?? []) : [];
}

function isNumber(written: string): boolean {
  return written.trim() !== '' && Number.isFinite(Number(written));
}
