// ChangeProductTax: from a day on, a product is taxed by another category; what was charged for later days is corrected.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, OpenPeriods } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { TaxCategory } from '../domain/rated-stretch';
import { appendProductTax, holdProduct, ProductId } from '../persistence/catalogue.queries';

export interface ChangeProductTaxInput {
  /** The product's code. */
  readonly product: string;
  readonly taxCategory: TaxCategory;
  readonly effectiveFrom: LocalDate;
  readonly reason: string;
}

@Injectable()
export class ChangeProductTax {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly openPeriods: OpenPeriods,
  ) {}

  /** @throws DomainError FORBIDDEN, REASON_MISSING, PRODUCT_UNKNOWN, PERIOD_CLOSED */
  async execute({ product: code, taxCategory, effectiveFrom, reason }: ChangeProductTaxInput, actor: Actor): Promise<ProductId> {
    authorise(actor, 'accountant');
    refuseNoReason(reason);
    return this.database.transaction(async (tx) => {
      const product = await holdProduct(tx, code);
      if (product === undefined) {
        throw new DomainError('PRODUCT_UNKNOWN', `There is no product ${code.slice(0, 60)}.`, { field: 'product', value: code.slice(0, 60), remedy: 'Correct the code.' });
      }
      await this.openPeriods.refuseClosedForAny(tx, effectiveFrom, 'effectiveFrom');
      await appendProductTax(tx, product.id, { effectiveFrom, taxCategory }, { by: actor.subject, reason });
      const change = { code, taxCategory, effectiveFrom };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.change-product-tax', subjectType: 'product', subjectId: product.id, reason, change }]);
      return product.id;
    });
  }
}
