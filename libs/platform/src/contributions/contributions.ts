// What contexts contribute to something that asks all of them: providers that a decorator has marked.
import type { DiscoveryService } from '@nestjs/core';

/** The providers whose class carries the mark, in the order in which they were registered. */
export function contributions<Thing>(discovery: DiscoveryService, mark: symbol): Thing[] {
  return discovery
    .getProviders()
    .filter(({ metatype }) => metatype && Reflect.hasMetadata(mark, metatype))
    .map(({ instance }) => instance as Thing);
}

/** The same ordered by name, so that every process asks them in one order. */
export function contributionsByName<Thing extends { readonly name: string }>(discovery: DiscoveryService, mark: symbol): Thing[] {
  return contributions<Thing>(discovery, mark).sort((a, b) => (a.name < b.name ? -1 : 1));
}
