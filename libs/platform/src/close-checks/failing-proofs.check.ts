// Close check: every proof holds.
import { Injectable } from '@nestjs/common';
import { Reader } from '../database/tx';
import { Proofs } from '../proofs/proof';
import { CloseCheck, CloseCheckProvider, CloseObstacle } from './close-check';

@Injectable()
@CloseCheckProvider()
export class FailingProofs implements CloseCheck {
  readonly name = 'failing-proofs';

  constructor(private readonly proofs: Proofs) {}

  /** Proofs speak of all issuers at once: books that are broken anywhere are closed nowhere. */
  async check(reader: Reader): Promise<CloseObstacle | null> {
    const failing = (await this.proofs.all(reader)).filter(({ ok }) => !ok);
    if (failing.length === 0) return null;
    return {
      detail: failing.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
      remedy: 'Find the cause in the detail of each proof and correct it by a fact of its own; never by hand in the database.',
    };
  }
}
