// Books: what the other contexts may ask of the ledger, inside their own transaction.
import { Injectable } from '@nestjs/common';
import { IssuerId, LocalDate } from '@countinghouse/kernel';
import type { Fact } from '@countinghouse/contracts';
import { Actor, Tx } from '@countinghouse/platform';
import { PostedEntry } from './persistence/journal.queries';
import { OpenBooks, OpenBooksInput } from './use-cases/open-books';
import { RecordFacts } from './use-cases/record-facts';

@Injectable()
export class Books {
  constructor(
    private readonly openBooks: OpenBooks,
    private readonly recordFacts: RecordFacts,
  ) {}

  /** Opens an issuer's books: chart of accounts and 24 periods. Again is harmless. See {@link OpenBooks.execute}. */
  open(tx: Tx, input: OpenBooksInput, actor: Actor): Promise<void> {
    return this.openBooks.execute(tx, input, actor);
  }

  /** Opens the periods up to the month of `through`. Needed only for days more than a year after the last period. */
  ensurePeriods(tx: Tx, issuerId: IssuerId, through: LocalDate, actor: Actor): Promise<void> {
    return this.openBooks.ensurePeriods(tx, issuerId, through, actor);
  }

  /**
   * Posts facts, each once, in the caller's transaction; call it late in the transaction and once, with all facts.
   * Answers with the entry of each fact, in order. See {@link RecordFacts.execute} for what it refuses.
   */
  record(tx: Tx, facts: readonly Fact[]): Promise<PostedEntry[]> {
    return this.recordFacts.execute(tx, facts);
  }
}
