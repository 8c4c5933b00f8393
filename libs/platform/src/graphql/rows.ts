// Rows as loaders want them: by a key, or grouped by one.

/** Rows by their key, as a Batch of the loaders answers. */
export function byKey<Row, Key extends keyof Row>(rows: readonly Row[], key: Key): Map<string, Row> {
  return new Map(rows.map((row) => [row[key] as string, row]));
}

/** Rows grouped by a key, in the order they came. */
export function groupedBy<Row, Key extends keyof Row>(rows: readonly Row[], key: Key): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row[key] as string);
    if (group) group.push(row);
    else groups.set(row[key] as string, [row]);
  }
  return groups;
}
