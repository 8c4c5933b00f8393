// PublishProduct: puts a product into the catalogue; plans are its tiers.
import { Injectable } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { refuseBadCode, refuseBadName } from '../domain/catalogue';
import { TaxCategory } from '../domain/rated-stretch';
import { addProduct, holdProduct, ProductId } from '../persistence/catalogue.queries';

export interface PublishProductInput {
  /** Unique. */
  readonly code: string;
  readonly name: string;
  /** From the beginning, until it is changed from a day on. */
  readonly taxCategory: TaxCategory;
}

@Injectable()
export class PublishProduct {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * The same product published again changes nothing. Gives its id.
   * @throws DomainError FORBIDDEN, PRODUCT_CODE_INVALID, PRODUCT_NAME_MISSING, PRODUCT_DIFFERS
   */
  async execute(input: PublishProductInput, actor: Actor): Promise<ProductId> {
    authorise(actor, 'billing');
    refuseBadCode('product', input.code);
    refuseBadName('product', input.name);
    return this.database.transaction(async (tx) => {
      const added = await addProduct(tx, input, actor.subject);
      const product = (await holdProduct(tx, input.code))!;
      if (product.name !== input.name || product.taxCategory !== input.taxCategory) {
        const reason = `The product ${product.code} is there already, as ${product.name} with the tax category ${product.taxCategory}.`;
        throw new DomainError('PRODUCT_DIFFERS', reason, { field: 'code', value: product.code, remedy: 'Publish under another code, or change its tax from a day on.' });
      }
      if (added) {
        const change = { ...input };
        await this.audit.record(tx, actor, [{ action: 'subscriptions.publish-product', subjectType: 'product', subjectId: product.id, change }]);
      }
      return product.id;
    });
  }
}
