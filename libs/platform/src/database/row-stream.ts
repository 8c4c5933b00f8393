// Streams the rows of one query through a server-side cursor, so that neither side holds more than a page of them.
import { Reader } from './tx';

const ROWS_AT_ONCE = 2_000;

/**
 * The rows of a query, in its order, as they are asked for. It lives inside the reader's transaction: read it to the end,
 * or leave the loop, before that ends. One stream at a time per reader.
 */
export async function* streamRows<Row extends object>(reader: Reader, sql: string, params: readonly unknown[]): AsyncGenerator<Row> {
  await reader.query(`DECLARE streamed_rows NO SCROLL CURSOR FOR ${sql}`, params);
  try {
    for (;;) {
      const rows = await reader.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM streamed_rows`);
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
    }
  } finally {
    // A transaction that has failed has taken its cursors with it.
    await reader.query('CLOSE streamed_rows').catch(() => undefined);
  }
}
