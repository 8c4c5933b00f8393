// The payer of a document or payment, which is a company or a member, as the union Payer wants it.
import type { Loaders } from '@countinghouse/platform';
import { companiesByIds, membersByIds } from './company.queries';
import type { CompanyType, MemberType } from './company.type';

export type PayerType = 'company' | 'member';
export type Payer = (CompanyType | MemberType) & { readonly __typename: 'Company' | 'Member' };

export async function payerOf(loaders: Loaders, type: PayerType, id: string): Promise<Payer | null> {
  if (type === 'company') return tagged('Company', await loaders.one(companiesByIds, id));
  return tagged('Member', await loaders.one(membersByIds, id));
}

function tagged(__typename: 'Company' | 'Member', row: CompanyType | MemberType | null): Payer | null {
  return row && { __typename, ...row };
}
