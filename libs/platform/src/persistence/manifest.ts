// What a context brings to the database; apps/api composes the manifests, in the order of the arrows.
import type { EntitySchema } from 'typeorm';

type Constructor = abstract new (...args: never[]) => object;

/** With columns where it is for these alone: UPDATE (state). */
export type Right = 'INSERT' | `INSERT (${string})` | `UPDATE (${string})` | 'UPDATE' | 'DELETE';

export interface PersistenceManifest {
  /** The context's SQL schema; everything below lies in it. */
  readonly schema: string;
  readonly entities: readonly (Constructor | EntitySchema)[];
  /** Listed explicitly, oldest first. Names carry a timestamp; the platform uses 178000000000n, contexts follow. */
  readonly migrations: readonly Constructor[];
  /**
   * What the application may do with a table beside reading it. A table that is not named may be written in every way but
   * TRUNCATE; functions that are SECURITY DEFINER may write for it what it may not write itself.
   */
  readonly rights?: Readonly<Record<string, readonly Right[]>>;
}
