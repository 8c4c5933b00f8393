// The source of a fact: what it is known by, and the content by which a repetition is told from a contradiction.
import { hash } from 'node:crypto';
import type { Fact } from '@countinghouse/contracts';
import { contentOf } from '../domain/fact-content';
import { alreadyPosted } from './refusals-of-facts';

/** A fact that appears in a call once, with the hash of its content. */
export interface Source {
  readonly key: string;
  readonly fact: Fact;
  readonly contentHash: Buffer;
}

export function sourceKey(fact: Pick<Fact, 'issuerId' | 'sourceType' | 'sourceId' | 'kind'>): string {
  return `${fact.issuerId} ${fact.sourceType} ${fact.sourceId} ${fact.kind}`;
}

/** The facts without repetitions, in their order. @throws DomainError SOURCE_ALREADY_POSTED on two contents of one source */
export function distinctSources(facts: readonly Fact[]): Source[] {
  const sources = new Map<string, Source>();
  for (const fact of facts) {
    const key = sourceKey(fact);
    const contentHash = hash('sha256', contentOf(fact), 'buffer');
    const known = sources.get(key);
    if (known && !known.contentHash.equals(contentHash)) throw alreadyPosted(fact.sourceType, fact.sourceId);
    if (!known) sources.set(key, { key, fact, contentHash });
  }
  return [...sources.values()];
}
