// Issuer and Viewer in the API.
import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { ROLES, type Role } from '../../auth/actor';
import { enumOf } from '../enums';
import { Node } from '../node';
import { Payload } from '../payload';
import { DateScalar, DateTimeScalar } from '../scalars';

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
  @Field(() => DateTimeScalar, { nullable: true, description: 'What time it is for an issuer made for tests; null for a real one.' })
  readonly testClockAt!: Date | null;
}

@InputType('TestClockCreateInput')
export class TestClockCreateInput {
  @Field(() => String, { description: 'The code of the issuer that lives on the clock; contracts name it.' })
  readonly code!: string;
  @Field(() => String, { description: 'The code of the issuer whose country, currency and time zone it shares.' })
  readonly like!: string;
  @Field(() => DateScalar, { description: 'The day that the clock shows first.' })
  readonly startsOn!: LocalDate;
}

@ObjectType('TestClockCreatePayload')
export class TestClockCreatePayload extends Payload {
  @Field(() => IssuerType, { nullable: true })
  readonly issuer?: IssuerType | null;
}

@InputType('TestClockAdvanceInput')
export class TestClockAdvanceInput {
  @Field(() => ID, { description: 'The test issuer.' })
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The day that the clock shows at the end, with everything done that is due by its midnight.' })
  readonly to!: LocalDate;
}

@ObjectType('Viewer', { description: 'Who is asking, as the token says.' })
export class ViewerType {
  @Field(() => ID, { description: 'The subject of the token.' })
  readonly subject!: string;
  @Field(() => RoleEnum)
  readonly role!: Role;
}
