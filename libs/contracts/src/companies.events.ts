// What companies tells the others.
import { z } from 'zod';
import { defineEvent, id } from './event';

/** An import has changed who a company's people are; details lie with the import. */
export const MembersImported = defineEvent(
  'companies.members-imported.v1',
  z.object({ runId: id, companies: z.number().int(), added: z.number().int(), changed: z.number().int(), left: z.number().int() }),
);

/** As many as one event tells of; a file with more of them makes several. */
export const MEMBERS_PER_EVENT = 1_000;

/** Members leave on a day, leave on another one than was said, or do not leave after all. Only the last word on each counts. */
export const MembersLeft = defineEvent(
  'companies.members-left.v1',
  z.object({
    members: z
      .array(z.object({ memberId: id, /** The first day on which it no longer belongs to the company; null if it stays. */ leftOn: z.iso.date().nullable() }))
      .min(1)
      .max(MEMBERS_PER_EVENT),
  }),
);
