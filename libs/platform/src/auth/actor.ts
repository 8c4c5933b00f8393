// Who does it: the authenticated actor that every use case takes, and the checks on it.
import { DomainError, IssuerId } from '@countinghouse/kernel';

/** Each role may do what the ones before it may. */
export const ROLES = ['viewer', 'billing', 'accountant', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Actor {
  /** Stable subject of the token, or `system:<part>` for work that nobody asked for in person. */
  readonly subject: string;
  readonly role: Role;
  /** The issuers whose books the actor may see and change; '*' is all of them. */
  readonly issuers: readonly IssuerId[] | '*';
  /** The id of the request or job, carried into audit rows and logs. */
  readonly requestId?: string;
}

/** The actor of schedules, consumers and run chunks. */
export function systemActor(part: string, requestId?: string): Actor {
  return { subject: `system:${part}`, role: 'admin', issuers: '*', ...(requestId ? { requestId } : {}) };
}

/**
 * Refuses an actor whose role is below `role`, or whose scope leaves out `issuer`.
 * @throws DomainError FORBIDDEN; the message names what is missing, never what exists.
 */
export function authorise(actor: Actor, role: Role, issuer?: IssuerId): void {
  if (ROLES.indexOf(actor.role) < ROLES.indexOf(role)) {
    throw new DomainError('FORBIDDEN', `this needs the role ${role}; you have ${actor.role}`, {
      remedy: `ask an administrator for the role ${role}`,
    });
  }
  if (issuer && actor.issuers !== '*' && !actor.issuers.includes(issuer)) {
    throw new DomainError('FORBIDDEN', 'this issuer is outside your scope', {
      field: 'issuerId',
      value: issuer,
      remedy: 'ask an administrator to widen your scope',
    });
  }
}

/**
 * As {@link authorise}, for what concerns every issuer at once: a file that may name any, a proof of all books.
 * @throws DomainError FORBIDDEN, also when the scope has limits
 */
export function authoriseForAllIssuers(actor: Actor, role: Role): void {
  authorise(actor, role);
  if (actor.issuers === '*') return;
  throw new DomainError('FORBIDDEN', 'this concerns every issuer, and your scope does not', {
    remedy: 'ask an administrator to widen your scope, or a colleague who has all issuers',
  });
}
