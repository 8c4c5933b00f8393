export { companiesByIds, membersByIds } from './company.queries';
export { CompanyType, MemberType, PayerUnion } from './company.type';
export * from './payer';
