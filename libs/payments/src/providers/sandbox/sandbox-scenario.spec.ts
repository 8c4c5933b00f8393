// What the sandbox does is decided by token and key alone.
import { NO_RATES, SANDBOX_TOKENS, scenarioOf } from './sandbox-scenario';

const EVERYTHING = { declineSoft: 0.1, declineHard: 0.1, timeout: 0.1, timeoutCaptured: 0.1, duplicate: 0.2, reordered: 0.2 };

describe('the scenarios of the sandbox', () => {
  it('captures tok_ok when no rates are set, whatever the key', () => {
    for (const chance of [0, 0.5, 0.999]) {
      expect(scenarioOf('tok_ok', [chance, chance], NO_RATES)).toMatchObject({ firstCall: 'answered', verdict: 'captured' });
    }
  });

  it('declines an unknown token for good', () => {
    expect(scenarioOf('tok_stranger', [0.5, 0.5], EVERYTHING)).toMatchObject({ verdict: 'declined', declineCode: 'token-unknown' });
  });

  it('gives tok_ok another fate by rate, each in its own share of the keys', () => {
    const fate = (chance: number) => {
      const { firstCall, verdict, declineCode } = scenarioOf('tok_ok', [chance, 0.99], EVERYTHING);
      return `${firstCall} ${verdict} ${declineCode ?? ''}`.trim();
    };
    expect([0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.95].map(fate)).toEqual([
      'answered declined insufficient-funds',
      'answered declined insufficient-funds',
      'answered declined card-expired',
      'lost captured',
      'arrives-without-answer captured',
      'answered captured',
      'answered captured',
    ]);
  });

  it('tells captures twice or out of order by rate', () => {
    const told = (chance: number) => scenarioOf('tok_ok', [0.9, chance], EVERYTHING).telling.map(({ type, copies }) => `${copies} ${type}`);
    expect(told(0.1)).toEqual(['3 charge.captured']);
    expect(told(0.3)).toEqual(['1 charge.captured', '1 charge.accepted']);
    expect(told(0.5)).toEqual(['1 charge.captured']);
  });

  it('leaves the named tokens alone, so that a demo shows what its file says', () => {
    for (const token of SANDBOX_TOKENS.filter((one) => one !== 'tok_ok')) {
      expect(scenarioOf(token, [0, 0], EVERYTHING)).toEqual(scenarioOf(token, [0.99, 0.99], NO_RATES));
    }
  });
});
