// RenewDueContracts: renews the contracts whose cut-off has passed without notice. Any tick may be missed or doubled.
import { Injectable } from '@nestjs/common';
import { ContractId, isDomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Actor, Database, DailyWorkDone, ParkedItem, systemActor } from '@countinghouse/platform';
import { holdContracts } from '../persistence/contract.queries';
import { Amendments } from './amendments';
import { outcomeOf } from './enrolment-acts';
import { renewal } from './renew-contract';

/** Contracts of one transaction. */
const AT_A_TIME = 500;
/** A contract that was not looked at for years catches up term by term, and never for ever. */
const MAX_ROUNDS = 1_000;

@Injectable()
export class RenewDueContracts {
  constructor(
    private readonly database: Database,
    private readonly amendments: Amendments,
  ) {}

  /** What cannot be renewed is left as it is and told; the others go on. */
  async execute(issuerId: IssuerId, day: LocalDate, actor: Actor = systemActor('renewal')): Promise<DailyWorkDone> {
    const parked: ParkedItem[] = [];
    let renewed = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const done = await this.renewSome(issuerId, day, actor, parked);
      if (done === undefined) break;
      renewed += done;
    }
    return { parked, result: { contractsRenewed: renewed } };
  }

  /** How many of the next ones were renewed; undefined when there are none left. A constant number of statements. */
  private async renewSome(issuerId: IssuerId, day: LocalDate, actor: Actor, parked: ParkedItem[]): Promise<number | undefined> {
    const failed: ParkedItem[] = [];
    const done = await this.database.transaction(async (tx) => {
      failed.length = 0;
      const due = await tx.query<{ id: ContractId }>(
        `SELECT id FROM subscriptions.contract WHERE issuer_id = $1 AND renewal_due_on <= $2 AND id <> ALL ($3::uuid[])
          ORDER BY id LIMIT ${AT_A_TIME} FOR NO KEY UPDATE SKIP LOCKED`,
        [issuerId, day, parked.map(({ item }) => item.slice('contract '.length))],
      );
      if (due.length === 0) return undefined;
      const contracts = [...(await holdContracts(tx, due.map(({ id }) => id), 0)).values()];
      const decided = contracts.map((contract) => ({ contract, amendment: outcomeOf(() => renewal(contract)) }));
      const willing = decided.flatMap(({ contract, amendment }) => (isDomainError(amendment) ? [] : [{ contract, amendment, action: 'renew-contract', reason: 'renewed by itself' }]));
      const refused = [
        ...decided.flatMap(({ contract, amendment }) => (isDomainError(amendment) ? [{ contract, error: amendment }] : [])),
        ...(await this.amendments.record(tx, willing, actor)),
      ];
      failed.push(...refused.map(({ contract, error }) => ({ item: `contract ${contract.id}`, code: error.code, reason: error.message })));
      return contracts.length - refused.length;
    });
    parked.push(...failed);
    return done;
  }
}
