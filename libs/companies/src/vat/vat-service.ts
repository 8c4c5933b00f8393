// The port to whoever knows whether a VAT number is registered.

/** As the service calls it: EL is Greece, XI is Northern Ireland. */
export interface VatQuestion {
  readonly prefix: string;
  readonly number: string;
}

export interface VatAnswer {
  /** unavailable says nothing about the number: it is asked again later. */
  readonly result: 'valid' | 'invalid' | 'unavailable';
  /** The consultation number, which proves the question to an authority. */
  readonly consultation: string | null;
  readonly traderName: string | null;
  readonly traderAddress: string | null;
  /** The answer as it came, or what there was instead of one; JSON. */
  readonly raw: unknown;
}

/** A class, so that it is its own injection token. */
export abstract class VatService {
  abstract readonly source: 'vies' | 'sandbox';

  /** Answers in bounded time and never throws: whatever goes wrong is unavailable. */
  abstract ask(question: VatQuestion): Promise<VatAnswer>;
}

export function unavailable(raw: unknown): VatAnswer {
  return { result: 'unavailable', consultation: null, traderName: null, traderAddress: null, raw };
}
