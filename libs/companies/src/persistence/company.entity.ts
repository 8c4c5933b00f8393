// A company as the interactive paths read and write it; sets are written with SQL.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CompanyId, Country, Currency, LocalDate, TimeZone } from '@countinghouse/kernel';
import type { VatStatus } from '../domain/company-profile';
import type { CompanyStatus } from '../domain/company-status';

export type { CompanyStatus };

@Entity({ schema: 'companies', name: 'company' })
export class Company {
  @PrimaryColumn('uuid')
  id!: CompanyId;

  /** The business key used in files: 'C-000123'. */
  @Column('text')
  number!: string;

  @Column('text', { name: 'legal_name' })
  legalName!: string;

  @Column('text', { name: 'trade_name', nullable: true })
  tradeName!: string | null;

  @Column('char', { length: 2 })
  country!: Country;

  @Column('text', { name: 'tax_id', nullable: true })
  taxId!: string | null;

  @Column('text', { name: 'vat_status' })
  vatStatus!: VatStatus;

  @Column('date', { name: 'vat_checked_on', nullable: true })
  vatCheckedOn!: LocalDate | null;

  @Column('char', { length: 3 })
  currency!: Currency;

  @Column('text')
  language!: string;

  @Column('text', { name: 'time_zone' })
  timeZone!: TimeZone;

  @Column('int', { name: 'payment_terms_days' })
  paymentTermsDays!: number;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text', { name: 'address_line', nullable: true })
  addressLine!: string | null;

  @Column('text', { name: 'postal_code', nullable: true })
  postalCode!: string | null;

  @Column('text', { nullable: true })
  city!: string | null;

  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: CompanyId | null;

  /** The company that is invoiced for this one; null when it pays itself. */
  @Column('uuid', { name: 'payer_id', nullable: true })
  payerId!: CompanyId | null;

  @Column('text', { default: 'active' })
  status!: CompanyStatus;
}
