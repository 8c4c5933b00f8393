// What falls due for an issuer on a day, declared by the context that does it: a test clock works through it, day after day.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributionsByName } from '../contributions';
import { IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Actor } from '../auth/actor';
import { ParkedItem } from '../runs/run';

/**
 * The order of a day. Books and series are opened before anything is issued; contracts renew and end before they are
 * billed; what is billed is collected; what stays unpaid is overdue; and last the ledger takes stock.
 */
export const DAY_PHASES = ['prepare', 'contracts', 'bill', 'collect', 'overdue', 'ledger'] as const;
export type DayPhase = (typeof DAY_PHASES)[number];

/** A day that begins for an issuer: what was due by the midnight with which it begins is due now. */
export interface IssuerDay {
  readonly issuerId: IssuerId;
  readonly day: LocalDate;
  /** Who moves the clock. */
  readonly actor: Actor;
  /** The run that moves it: what is made on the way says that this run made it. */
  readonly runId: RunId;
}

export interface DailyWorkDone {
  readonly parked?: readonly ParkedItem[];
  /** Numbers to add to the run's result, by key. Who has told others something has one above 0: then the day waits for them. */
  readonly result?: Readonly<Record<string, bigint | number>>;
}

export interface DailyWork {
  readonly phase: DayPhase;
  /** Stable name: 'invoicing.bill'. Works of one phase go by name. */
  readonly name: string;
  /** Does what is due by the day and not done; asked again for the same day it finds nothing left. Opens its own transactions. */
  perform(day: IssuerDay): Promise<DailyWorkDone>;
}

const DAILY_WORK = Symbol('daily-work');

/** Marks a provider that implements DailyWork. */
export const DailyWorkProvider = (): ClassDecorator => SetMetadata(DAILY_WORK, true);

@Injectable()
export class DailyWorks {
  constructor(private readonly discovery: DiscoveryService) {}

  /** Every context's work, in the order of a day; within a phase by name. */
  inOrder(): DailyWork[] {
    return contributionsByName<DailyWork>(this.discovery, DAILY_WORK).sort((a, b) => DAY_PHASES.indexOf(a.phase) - DAY_PHASES.indexOf(b.phase));
  }
}
