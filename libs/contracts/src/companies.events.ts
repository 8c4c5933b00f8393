// What companies tells the others.
import { z } from 'zod';
import { defineEvent, id } from './event';

/** An import has changed who a company's people are; details lie with the import. */
export const MembersImported = defineEvent(
  'companies.members-imported.v1',
  z.object({ runId: id, companies: z.number().int(), added: z.number().int(), changed: z.number().int(), left: z.number().int() }),
);
