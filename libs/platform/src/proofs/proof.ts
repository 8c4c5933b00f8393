// Proofs: statements about the whole database that must hold at any time, and that anyone can have checked at any time.
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { contributionsByName } from '../contributions';
import { Database } from '../database/database';
import { Reader } from '../database/tx';

export interface ProofResult {
  readonly ok: boolean;
  /** What was compared, in figures; when it fails, the first offenders. */
  readonly detail: string;
}

export interface Proof {
  /** Stable name: 'entries-balance'. */
  readonly name: string;
  /** One set-based query, for every issuer and currency at once. */
  prove(reader: Reader): Promise<ProofResult>;
}

export const PROOF_PROVIDER = Symbol('proof-provider');

/** Marks a provider that implements Proof; the context that owns the rule contributes its proof. */
export const ProofProvider = (): ClassDecorator => SetMetadata(PROOF_PROVIDER, true);

/** Hashing ten million postings anew takes minutes, and longer when others work. */
const PROOF_TIMEOUT = '1h';

export type NamedProofResult = ProofResult & { readonly name: string };

@Injectable()
export class Proofs {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly database: Database,
  ) {}

  /** Every proof of every context, one after the other in the caller's transaction, ordered by name. */
  async all(reader: Reader): Promise<NamedProofResult[]> {
    return this.prove(this.providers(), [reader]);
  }

  /** The same on one snapshot of its own, two at a time; or only those that are named. */
  async sideBySide(names?: readonly string[]): Promise<NamedProofResult[]> {
    return this.database.readTwofold((readers) => this.prove(this.providers().filter(({ name }) => names?.includes(name) ?? true), readers));
  }

  /** Each reader takes the next proof when it is done with one. */
  private async prove(proofs: readonly Proof[], readers: readonly Reader[]): Promise<NamedProofResult[]> {
    const results: NamedProofResult[] = [];
    const next = proofs.entries();
    const work = async (reader: Reader): Promise<void> => {
      for (const [at, proof] of next) results[at] = { name: proof.name, ...(await attempted(proof, reader)) };
    };
    // Both come to their end before the transaction does, also when one of them fails.
    const failed = (await Promise.allSettled(readers.map(work))).find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return results;
  }

  names(): string[] {
    return this.providers().map(({ name }) => name);
  }

  /** One of them. @throws RangeError for a name that no proof has */
  async one(reader: Reader, name: string): Promise<ProofResult> {
    const proof = this.providers().find((each) => each.name === name);
    if (!proof) throw new RangeError(`there is no proof ${name}`);
    return attempted(proof, reader);
  }

  private providers(): Proof[] {
    return contributionsByName<Proof>(this.discovery, PROOF_PROVIDER);
  }
}

/** A proof that cannot be run proves nothing: what was forged must not hide by what it breaks, nor keep the others from being run. */
async function attempted(proof: Proof, reader: Reader): Promise<ProofResult> {
  await reader.query('SAVEPOINT before_proof');
  try {
    await reader.query(`SELECT set_config('statement_timeout', $1, true)`, [PROOF_TIMEOUT]);
    return await proof.prove(reader);
  } catch (error) {
    await reader.query('ROLLBACK TO before_proof');
    return { ok: false, detail: `could not be run: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    await reader.query('RELEASE before_proof');
  }
}
