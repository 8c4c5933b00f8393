// What the sandbox does with a charge: a pure function of its token, its key and the configured rates. Nothing is random.

export type SandboxEventType = 'charge.accepted' | 'charge.captured' | 'charge.declined';

/** Something the sandbox will tell, and how many copies of it. */
export interface Telling {
  readonly type: SandboxEventType;
  readonly copies: number;
}

export interface Scenario {
  /** What the first call comes to: an answer, a time-out although the charge arrived, or a time-out because it did not. */
  readonly firstCall: 'answered' | 'arrives-without-answer' | 'lost';
  readonly verdict: 'captured' | 'declined';
  readonly declineCode: string | null;
  /** In the order in which it is told, which need not be the order in which it happened. */
  readonly telling: readonly Telling[];
}

/** Shares of tok_ok charges, each from 0 to 1. The first four exclude each other; the last two are about telling captures. */
export interface SandboxRates {
  readonly declineSoft: number;
  readonly declineHard: number;
  readonly timeout: number;
  readonly timeoutCaptured: number;
  readonly duplicate: number;
  readonly reordered: number;
}

export const NO_RATES: SandboxRates = { declineSoft: 0, declineHard: 0, timeout: 0, timeoutCaptured: 0, duplicate: 0, reordered: 0 };

const told = (...types: SandboxEventType[]): Telling[] => types.map((type) => ({ type, copies: 1 }));

const OK: Scenario = { firstCall: 'answered', verdict: 'captured', declineCode: null, telling: told('charge.captured') };
const declined = (declineCode: string): Scenario => ({ firstCall: 'answered', verdict: 'declined', declineCode, telling: told('charge.declined') });

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  tok_ok: OK,
  tok_decline_hard: declined('card-expired'),
  tok_decline_soft: declined('insufficient-funds'),
  tok_timeout: { ...OK, firstCall: 'lost' },
  tok_timeout_captured: { ...OK, firstCall: 'arrives-without-answer' },
  tok_duplicate: { ...OK, telling: [{ type: 'charge.captured', copies: 3 }] },
  tok_reordered: { ...OK, telling: told('charge.captured', 'charge.accepted') },
  // A provider that contradicts itself: the money is there, and then it says that it failed.
  tok_failed_after_captured: { ...OK, declineCode: 'processing-error', telling: told('charge.captured', 'charge.declined') },
};

/** The tokens that the sandbox knows; any other is declined for good. */
export const SANDBOX_TOKENS = Object.keys(SCENARIOS);

/**
 * @param chance two numbers from 0 up to 1 that are functions of the idempotency key: one for the verdict, one for the
 * telling. A repeated call meets the same fate; another attempt may meet another.
 */
export function scenarioOf(token: string, chance: readonly [number, number], rates: SandboxRates): Scenario {
  const scenario = SCENARIOS[token] ?? declined('token-unknown');
  return token === 'tok_ok' ? retold(byRate(chance[0], rates), chance[1], rates) : scenario;
}

function byRate(chance: number, rates: SandboxRates): Scenario {
  let from = 0;
  const hit = (rate: number): boolean => chance >= from && chance < (from += rate);
  if (hit(rates.declineSoft)) return declined('insufficient-funds');
  if (hit(rates.declineHard)) return declined('card-expired');
  if (hit(rates.timeout)) return { ...OK, firstCall: 'lost' };
  if (hit(rates.timeoutCaptured)) return { ...OK, firstCall: 'arrives-without-answer' };
  return OK;
}

function retold(scenario: Scenario, chance: number, rates: SandboxRates): Scenario {
  if (scenario.verdict !== 'captured') return scenario;
  if (chance < rates.duplicate) return { ...scenario, telling: [{ type: 'charge.captured', copies: 3 }] };
  if (chance < rates.duplicate + rates.reordered) return { ...scenario, telling: told('charge.captured', 'charge.accepted') };
  return scenario;
}
