// What a context brings to the database; apps/api composes the manifests, in the order of the arrows.
import type { EntitySchema } from 'typeorm';

type Constructor = abstract new (...args: never[]) => object;

export interface PersistenceManifest {
  /** The context's SQL schema; everything below lies in it. */
  readonly schema: string;
  readonly entities: readonly (Constructor | EntitySchema)[];
  /** Listed explicitly, oldest first. Names carry a timestamp; the platform uses 178000000000n, contexts follow. */
  readonly migrations: readonly Constructor[];
}

