// How a company's files name the columns of the members' import.
import { DomainError } from '@countinghouse/kernel';

/** From the name in the file to the declared column: { 'Mitarbeiter-Nr': 'employee_id' }. */
export type ColumnMapping = Readonly<Record<string, string>>;

const NAME_MAX = 100;
const NAMES_MAX = 100;

/** @throws DomainError COLUMN_MAPPING_INVALID */
export function checkMapping(mapping: ColumnMapping, columns: readonly string[]): ColumnMapping {
  const entries = Object.entries(mapping).map(([name, column]) => [name.normalize('NFC').trim(), column.trim().toLowerCase()] as const);
  const strange = entries.find(([name, column]) => name === '' || name.length > NAME_MAX || !columns.includes(column));
  if (strange || entries.length > NAMES_MAX) {
    const [name, column] = strange ?? ['', ''];
    throw new DomainError('COLUMN_MAPPING_INVALID', strange ? `${JSON.stringify(name)} cannot stand for ${JSON.stringify(column)}.` : `More than ${NAMES_MAX} names are mapped.`, {
      field: 'mapping',
      value: column,
      remedy: `Map names of at most ${NAME_MAX} characters to some of: ${columns.join(', ')}.`,
    });
  }
  const twice = entries.find(([, column], i) => entries.findIndex(([, other]) => other === column) !== i);
  if (!twice) return Object.fromEntries(entries);
  throw new DomainError('COLUMN_MAPPING_INVALID', `Two names stand for ${twice[1]}.`, { field: 'mapping', value: twice[1], remedy: 'Map one name to each column.' });
}

/** `Mitarbeiter-Nr=employee_id,Eintritt=eligible_from`. @throws DomainError ARGUMENT_INVALID */
export function mappingOfText(text: string, field: string): ColumnMapping {
  const pairs = text.split(',').map((pair) => pair.split('='));
  if (pairs.every((pair) => pair.length === 2)) return Object.fromEntries(pairs as [string, string][]) as ColumnMapping;
  throw new DomainError('ARGUMENT_INVALID', `${JSON.stringify(text.slice(0, 100))} is no list of names.`, { field, value: text.slice(0, 100), remedy: 'Write name=column,name=column.' });
}
