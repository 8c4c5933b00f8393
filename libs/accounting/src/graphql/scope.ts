// What lies outside the actor's scope does not exist for him.
import type { IssuerId } from '@countinghouse/kernel';
import type { Actor } from '@countinghouse/platform';

/** Null in place of what belongs to another issuer's books, or is not there. */
export function inScope<Thing extends { readonly issuerId: IssuerId }>(actor: Actor, thing: Thing | undefined): Thing | null {
  return thing && (actor.issuers === '*' || actor.issuers.includes(thing.issuerId)) ? thing : null;
}
