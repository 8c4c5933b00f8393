// What companies brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Member } from './persistence/member.entity';
import { Companies1780200000001 } from './persistence/migrations/1780200000001-companies';
import { SearchText1780200000011 } from './persistence/migrations/1780200000011-search-text';
import { CompaniesInFull1780200000012 } from './persistence/migrations/1780200000012-companies-in-full';
import { People1780200000021 } from './persistence/migrations/1780200000021-people';
import { ImportSettings1780200000022 } from './persistence/migrations/1780200000022-import-settings';
import { MemberSearch1780200000023 } from './persistence/migrations/1780200000023-member-search';
import { MembersLeft1780200000091 } from './persistence/migrations/1780200000091-members-left';
import { GuardsBySet1780200000093 } from './persistence/migrations/1780200000093-guards-by-set';
import { EndsOfEnrolments1780200000094 } from './persistence/migrations/1780200000094-ends-of-enrolments';
import { HeadcountsAsKnown1780200000095 } from './persistence/migrations/1780200000095-headcounts-as-known';

export const companiesPersistence: PersistenceManifest = {
  schema: 'companies',
  entities: [Member],
  migrations: [
    Companies1780200000001,
    SearchText1780200000011,
    CompaniesInFull1780200000012,
    People1780200000021,
    ImportSettings1780200000022,
    MemberSearch1780200000023,
    MembersLeft1780200000091,
    GuardsBySet1780200000093,
    EndsOfEnrolments1780200000094,
    HeadcountsAsKnown1780200000095,
  ],
  rights: {
    // What was once so, and why it is believed.
    company_version: ['INSERT'],
    company_move: ['INSERT'],
    company_note: ['INSERT'],
    vat_check: ['INSERT'],
  },
};
