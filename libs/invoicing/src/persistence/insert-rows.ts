// Inserts sets: one array parameter per column, so that a statement has the same text and shape for one row and for thousands.

/** SQL types of the columns of a table's rows, by column name; the order of the keys is the order of the parameters. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** A row as the columns say; bigint, string, number, boolean and null are what `unnest` takes from pg. */
export type RowOf<Columns extends ColumnTypes> = Readonly<Record<keyof Columns, unknown>>;

/** `INSERT INTO … SELECT * FROM unnest($n::type[], …)`, its parameters starting at `firstParameter` (1 is $1). */
export function insertSql(table: string, columns: ColumnTypes, firstParameter: number): string {
  const arrays = Object.values(columns).map((type, index) => `$${firstParameter + index}::${type}[]`);
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`;
}

/** The parameters that {@link insertSql} asks for. */
export function columnArrays<Columns extends ColumnTypes>(columns: Columns, rows: readonly RowOf<Columns>[]): unknown[][] {
  return Object.keys(columns).map((column) => rows.map((row) => row[column as keyof Columns]));
}
