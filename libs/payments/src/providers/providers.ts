// The providers of this installation, by name.
import { DomainError } from '@countinghouse/kernel';
import { PaymentProvider } from './payment-provider';

export class Providers {
  private readonly byName: ReadonlyMap<string, PaymentProvider>;

  constructor(providers: readonly PaymentProvider[]) {
    this.byName = new Map(providers.map((provider) => [provider.name, provider]));
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** @throws DomainError PROVIDER_UNKNOWN */
  named(name: string): PaymentProvider {
    const provider = this.byName.get(name);
    if (provider) return provider;
    throw new DomainError('PROVIDER_UNKNOWN', `There is no payment provider ${JSON.stringify(name.slice(0, 40))}.`, {
      field: 'provider',
      value: name.slice(0, 40),
      remedy: this.byName.size > 0 ? `Use one of: ${[...this.byName.keys()].join(', ')}.` : 'Configure a payment provider.',
    });
  }
}
