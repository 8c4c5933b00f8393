// What three companies of the demo have agreed beyond the files: one of each issuer, so that the smallest business shows them all.
import type { AddComponentInput } from '@countinghouse/subscriptions';

type Component = Pick<AddComponentInput, 'kind' | 'name' | 'timing'> & { readonly terms: AddComponentInput['steps'][number]['terms'] };

interface DemoAgreement {
  /** Of the contract. */
  readonly number: string;
  readonly components: readonly Component[];
  /** Whether some of its people pay through their salaries. */
  readonly payroll?: boolean;
}

const NET = { taxInclusive: false, taxCategory: 'standard' } as const;

export const DEMO_AGREEMENTS: readonly DemoAgreement[] = [
  {
    number: 'K-000001',
    components: [
      { kind: 'percent-discount', name: 'Launch discount', timing: 'arrears', terms: { percent: '10', periods: 3 } },
      { kind: 'commitment', name: 'Minimum commitment', timing: 'arrears', terms: { ...NET, amountMinor: 2_500_00n, per: 'period' } },
    ],
  },
  {
    number: 'K-000002',
    components: [
      {
        kind: 'access-fee', name: 'Coaching', timing: 'arrears',
        terms: {
          ...NET, priceModel: 'graduated', measure: 'peak', counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1,
          tiers: [{ upTo: 50, unitPriceMinor: 1_00n, flatMinor: 25_00n }, { upTo: null, unitPriceMinor: 60n, flatMinor: 0n }],
        },
      },
    ],
  },
  {
    number: 'K-000003',
    components: [{ kind: 'one-off', name: 'Set-up', timing: 'advance', terms: { ...NET, unitPriceMinor: 1_500_00n, quantity: 1 } }],
    payroll: true,
  },
];
