// What subscriptions brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Subscriptions1780300000001 } from './persistence/migrations/1780300000001-subscriptions';
import { Catalogue1780300000011 } from './persistence/migrations/1780300000011-catalogue';
import { ContractTimelines1780300000012 } from './persistence/migrations/1780300000012-contract-timelines';
import { FeeTimelines1780300000013 } from './persistence/migrations/1780300000013-fee-timelines';
import { EnrolmentTimelines1780300000014 } from './persistence/migrations/1780300000014-enrolment-timelines';
import { EnrolmentGuardByIndex1780300000016 } from './persistence/migrations/1780300000016-enrolment-guard-by-index';
import { StateOfOne1780300000015 } from './persistence/migrations/1780300000015-state-of-one';
import { ChargesOfEveryComponent1780300000031 } from './persistence/migrations/1780300000031-charges-of-every-component';
import { GuardOfTheDaysTouched1780300000032 } from './persistence/migrations/1780300000032-guard-of-the-days-touched';
import { OverdueAndTestClocks1780300000041 } from './persistence/migrations/1780300000041-overdue-and-test-clocks';
import { RecurringRevenue1780300000042 } from './persistence/migrations/1780300000042-recurring-revenue';
import { PayersOnOneClock1780300000051 } from './persistence/migrations/1780300000051-payers-on-one-clock';
import { SubsidiesOfAnyCycle1780300000052 } from './persistence/migrations/1780300000052-subsidies-of-any-cycle';
import { TimelinesAsKnown1780300000061 } from './persistence/migrations/1780300000061-timelines-as-known';

export const subscriptionsPersistence: PersistenceManifest = {
  schema: 'subscriptions',
  entities: [],
  migrations: [
    Subscriptions1780300000001,
    Catalogue1780300000011,
    ContractTimelines1780300000012,
    FeeTimelines1780300000013,
    EnrolmentTimelines1780300000014,
    StateOfOne1780300000015,
    EnrolmentGuardByIndex1780300000016,
    ChargesOfEveryComponent1780300000031,
    GuardOfTheDaysTouched1780300000032,
    OverdueAndTestClocks1780300000041,
    RecurringRevenue1780300000042,
    PayersOnOneClock1780300000051,
    SubsidiesOfAnyCycle1780300000052,
    TimelinesAsKnown1780300000061,
  ],
  rights: {
    // Timelines, and everything else that decides what is owed: said once, and mended by saying it again.
    contract_change: ['INSERT'],
    fee_change: ['INSERT'],
    enrolment_change: ['INSERT'],
    subsidy_rule: ['INSERT'],
    product_tax: ['INSERT'],
    price: ['INSERT'],
    charge: ['INSERT', 'UPDATE (document_id)'],
    // What the timelines are of. Some column may be updated so that rows can be locked; of enrolments and components triggers refuse it.
    enrolment: ['INSERT', 'UPDATE (plan_id)'],
    fee_component: ['INSERT', 'UPDATE (name)'],
    product: ['INSERT', 'UPDATE (name)'],
    plan: ['INSERT', 'UPDATE (retired_from)'],
    contract: [
      'INSERT',
      `UPDATE (auto_renew, renewal_months, notice_days, overdue_policy, overdue_grace_days, suspended_billing, pause_days_max, upgrade_when, downgrade_when,
        trial_days, payroll_allowed, renewal_due_on)`,
    ],
    overdue_invoice: ['INSERT', 'UPDATE (settled_on, suspended_on)'],
    revenue_snapshot: ['INSERT', 'UPDATE (completed_at)'],
    revenue_cell: ['INSERT'],
  },
};
