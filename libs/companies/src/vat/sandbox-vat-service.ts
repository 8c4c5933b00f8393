// A register of VAT numbers for development: it asks nobody, and behaves by what stands in the number.
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable, VatAnswer, VatQuestion, VatService } from './vat-service';

/** How long it takes to answer about a number that is slow. Milliseconds. */
const SLOW_MS = 2_000;

/** A number with 000 in it is not registered, with 999 nobody answers, with 888 the answer takes its time; all others are valid. */
export class SandboxVatService extends VatService {
  readonly source = 'sandbox';

  constructor(private readonly slowMs: number = SLOW_MS) {
    super();
  }

  async ask({ prefix, number }: VatQuestion): Promise<VatAnswer> {
    if (number.includes('999')) return unavailable({ errorWrappers: [{ error: 'MS_UNAVAILABLE' }] });
    if (number.includes('888')) await sleep(this.slowMs);
    const valid = !number.includes('000');
    return {
      result: valid ? 'valid' : 'invalid',
      consultation: `SANDBOX-${prefix}${number}`,
      traderName: valid ? `Registered trader ${prefix}${number}` : null,
      traderAddress: null,
      raw: { countryCode: prefix, vatNumber: number, valid },
    };
  }
}
