// Issuer and Viewer in the API.
import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ROLES, type Role } from '../../auth/actor';
import { enumOf } from '../enums';
import { Node } from '../node';

export const RoleEnum = enumOf<Role>('Role', ROLES, 'Each role may do what the ones before it may: VIEWER, BILLING, ACCOUNTANT, ADMIN.');

@ObjectType('Issuer', { implements: () => [Node], description: 'One of our own legal entities: it issues invoices and keeps one set of books.' })
export class IssuerType extends Node {
  @Field(() => String, { description: 'Short, unique and stable: it stands in import files.' })
  readonly code!: string;
  @Field(() => String)
  readonly legalName!: string;
  @Field(() => String, { description: 'ISO 3166, two letters.' })
  readonly country!: string;
  @Field(() => String)
  readonly taxId!: string;
  @Field(() => String, { description: 'ISO 4217: the currency of its books.' })
  readonly functionalCurrency!: string;
  @Field(() => String, { description: 'IANA zone: its days begin there.' })
  readonly timeZone!: string;
}

@ObjectType('Viewer', { description: 'Who is asking, as the token says.' })
export class ViewerType {
  @Field(() => ID, { description: 'The subject of the token.' })
  readonly subject!: string;
  @Field(() => RoleEnum)
  readonly role!: Role;
}
