// What an installation decides about VAT checks; the composition root makes one and provides it globally.
import { country, DomainError } from '@countinghouse/kernel';
import { taxId, viesNumber } from '../domain/tax-id';
import { SandboxVatService } from './sandbox-vat-service';
import { VatService } from './vat-service';
import { Vies } from './vies';

export interface VatOptions {
  readonly production: boolean;
  /** off: nobody is asked, and numbers stay as they are until somebody states what they are. */
  readonly checks: 'vies' | 'sandbox' | 'off';
  readonly viesUrl: string;
  /** Our own VAT number, with its country before it: `PT501964843`. */
  readonly viesRequester?: string;
}

/** Checked when it is made, so that a process with a wrong configuration does not start. It is its own injection token. */
export class VatConfig {
  readonly service: VatService | undefined;

  /** @throws DomainError SANDBOX_IN_PRODUCTION, TAX_ID_INVALID */
  constructor({ production, checks, viesUrl, viesRequester }: VatOptions) {
    if (production && checks === 'sandbox') {
      throw new DomainError('SANDBOX_IN_PRODUCTION', 'VAT numbers would be checked by the sandbox, which asks nobody, in production.', {
        field: 'checks',
        remedy: 'Set VAT_CHECKS to vies, or to off.',
      });
    }
    const requester = viesRequester === undefined ? undefined : requesterOf(viesRequester);
    if (checks === 'vies') this.service = new Vies({ url: viesUrl.replace(/\/$/, ''), ...(requester && { requester }) });
    if (checks === 'sandbox') this.service = new SandboxVatService();
  }
}

function requesterOf(text: string) {
  const code = text.slice(0, 2).toUpperCase();
  const at = country({ EL: 'GR', XI: 'GB' }[code] ?? code);
  const number = viesNumber(at, taxId(at, text));
  if (number) return number;
  throw new DomainError('TAX_ID_INVALID', `${JSON.stringify(text)} is not a number that VIES knows.`, { field: 'viesRequester', value: text, remedy: 'Give a VAT number of the Union.' });
}
