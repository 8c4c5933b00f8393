// A company and whoever pays for it live on one clock: a test issuer's, or the world's.
import { Injectable } from '@nestjs/common';
import { AskedMove, CompanyMoveCheck, CompanyMoveCheckProvider } from '@countinghouse/companies';
import { CompanyId, DomainError } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import { movesBetweenClocks } from '../persistence/clock.queries';

@Injectable()
@CompanyMoveCheckProvider()
export class OneClock implements CompanyMoveCheck {
  readonly name = 'one-clock';

  async check(reader: Reader, moves: readonly AskedMove[]): Promise<Map<CompanyId, DomainError>> {
    const between = await movesBetweenClocks(reader, moves.filter(({ kind }) => kind === 'payer'));
    return new Map(between.map(({ companyId, number, targetId, targetNumber }) => [
      companyId,
      new DomainError('PAYER_ON_ANOTHER_CLOCK', `The company ${targetNumber} cannot pay for ${number}: their contracts, or those of others tied to them by payment, live on different clocks.`, {
        field: 'payerId', value: targetId, remedy: 'Choose a payer on the same clock; what is tried out on a test clock has companies of its own.',
      }),
    ]));
  }
}
