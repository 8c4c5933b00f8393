// VIES, the Commission's register of VAT numbers, over its REST interface: POST check-vat-number.
import { unavailable, VatAnswer, VatQuestion, VatService } from './vat-service';

export interface ViesOptions {
  /** `https://ec.europa.eu/taxation_customs/vies/rest-api` */
  readonly url: string;
  /** Our own VAT number: with it, an answer carries a consultation number. */
  readonly requester?: { readonly prefix: string; readonly number: string };
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** An answer has a few hundred characters; more is not one. */
const ANSWER_MAX = 20_000;
/** The only error that speaks of the number: it is none of that state. All others (MS_UNAVAILABLE, TIMEOUT, MS_MAX_CONCURRENT_REQ …) speak of the service. */
const NO_SUCH_NUMBER = 'INVALID_INPUT';

interface ViesAnswer {
  readonly valid?: unknown;
  readonly requestIdentifier?: unknown;
  readonly name?: unknown;
  readonly address?: unknown;
  readonly errorWrappers?: readonly { readonly error?: unknown }[];
}

export class Vies extends VatService {
  readonly source = 'vies';

  constructor(private readonly options: ViesOptions) {
    super();
  }

  async ask({ prefix, number }: VatQuestion): Promise<VatAnswer> {
    const { url, requester, timeoutMs = TIMEOUT_MS } = this.options;
    const question = {
      countryCode: prefix,
      vatNumber: number,
      ...(requester && { requesterMemberStateCode: requester.prefix, requesterNumber: requester.number }),
    };
    try {
      const response = await fetch(`${url}/check-vat-number`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = (await response.text()).slice(0, ANSWER_MAX);
      return read(response.status, text);
    } catch (error) {
      return unavailable({ error: (error as Error).name, message: (error as Error).message.slice(0, 200) });
    }
  }
}

function read(status: number, text: string): VatAnswer {
  const answer = parsed(text);
  if (!answer) return unavailable({ status, text: text.slice(0, 500) });
  const errors = (answer.errorWrappers ?? []).map(({ error }) => error);
  const said = typeof answer.valid === 'boolean' && errors.length === 0 ? answer.valid : errors.includes(NO_SUCH_NUMBER) ? false : undefined;
  if (said === undefined) return unavailable({ status, ...answer });
  return {
    result: said ? 'valid' : 'invalid',
    consultation: textOf(answer.requestIdentifier),
    traderName: textOf(answer.name),
    traderAddress: textOf(answer.address),
    raw: answer,
  };
}

function parsed(text: string): ViesAnswer | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** States that tell no names answer `---`. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' && value.trim() !== '---' ? value.trim() : null;
}
