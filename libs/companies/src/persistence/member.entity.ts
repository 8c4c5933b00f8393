// A member as the interactive paths read it; sets are written with SQL.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CompanyId, LocalDate, MemberId } from '@countinghouse/kernel';
import type { MemberStatus } from '../domain/member-status';

export type { MemberStatus };

@Entity({ schema: 'companies', name: 'member' })
export class Member {
  @PrimaryColumn('uuid')
  id!: MemberId;

  @Column('uuid', { name: 'company_id' })
  companyId!: CompanyId;

  /** The company's own id of the person, unique in the company. */
  @Column('text', { name: 'employee_id' })
  employeeId!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text', { name: 'cost_centre', nullable: true })
  costCentre!: string | null;

  /** 'left' says that a day of leaving is on record; the day itself may lie ahead. */
  @Column('text')
  status!: MemberStatus;

  @Column('date', { name: 'eligible_from' })
  eligibleFrom!: LocalDate;

  /** The first day on which the member no longer counts. */
  @Column('date', { name: 'left_on', nullable: true })
  leftOn!: LocalDate | null;

  /** The employee whom a dependant belongs to. */
  @Column('uuid', { name: 'dependant_of', nullable: true })
  dependantOf!: MemberId | null;

  /** When the personal data was erased. */
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
