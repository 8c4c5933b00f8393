// The handles on the database: a Reader can only ask; a Tx can also write, and exists only inside Database.transaction.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase, QueryResult, QueryResultRow } from 'pg';
import { types } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { EntityManager } from 'typeorm';

const INT8 = 20;
const DATE = 1082;
const INT8_ARRAY = 1016;
const DATE_ARRAY = 1182;

/**
 * Column types as our code wants them: int8 is bigint (money must not pass through a float), a date stays the text
 * 'YYYY-MM-DD' (a local day has no instant, and pg would make one in the machine's zone). Set per query, so that
 * TypeORM's own parsing is left alone.
 */
const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    switch (oid) {
      case INT8:
        return BigInt;
      case DATE:
        return (text: string) => text;
      case INT8_ARRAY:
        return (text: string) => parseArray(text).map(BigInt);
      case DATE_ARRAY:
        return parseArray;
      default:
        return types.getTypeParser(oid, format as 'text');
    }
  },
};

function parseArray(text: string): string[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',');
}

/** Asks questions. Every query is parameterised; int8 comes back as bigint, date as 'YYYY-MM-DD', numeric as string. */
export class Reader {
  private ended = false;

  constructor(protected readonly client: ClientBase) {}

  /**
   * From now on every statement is refused. Its connection goes to somebody else, and what was left running, because it was
   * not waited for or not waited for any longer, must not write into their transaction.
   */
  end(): void {
    this.ended = true;
  }

  /** The rows of a query. State their shape in `Row`; nothing checks it at run time. */
  async query<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return (await this.run<Row & QueryResultRow>(sql, params)).rows;
  }

  /** The single row of a query that must give exactly one. */
  async one<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row> {
    const rows = await this.query<Row>(sql, params);
    if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}: ${sql.slice(0, 120)}`);
    return rows[0]!;
  }

  /** The first row, if there is one. */
  async first<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.query<Row>(sql, params))[0];
  }

  protected async run<Row extends QueryResultRow>(sql: string, params: readonly unknown[]): Promise<QueryResult<Row>> {
    this.mustGoOn();
    return this.client.query<Row>({ text: sql, values: params as unknown[], types: typeParsers });
  }

  protected mustGoOn(): void {
    if (this.ended) throw new Error('the transaction has ended; it takes no more statements');
  }
}

/**
 * A transaction, and the only handle that can write. It is an argument of everything that writes, so that leaving the
 * transaction by accident does not compile.
 */
export class Tx extends Reader {
  constructor(
    client: ClientBase,
    /** TypeORM inside this transaction, for the interactive paths; sets are written with SQL. */
    readonly entities: EntityManager,
  ) {
    super(client);
  }

  /** Runs a statement that writes and says how many rows it touched. */
  async execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.run(sql, params)).rowCount ?? 0;
  }

  /** COPY … FROM STDIN: `sql` names table and columns, `lines` yields text chunks. Memory stays bounded by the stream. */
  async copyFrom(sql: string, lines: AsyncIterable<string | Buffer> | Iterable<string | Buffer>): Promise<number> {
    this.mustGoOn();
    const sink = this.client.query(copyFrom(sql));
    await pipeline(Readable.from(lines, { objectMode: false }), sink);
    if (!sink.writableFinished) await once(sink, 'finish');
    return sink.rowCount ?? 0;
  }
}
