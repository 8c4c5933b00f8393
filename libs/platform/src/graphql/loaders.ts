// Loaders: within one request, the fields that leave their row are answered together, one statement for all rows.
import DataLoader from 'dataloader';
import { Actor } from '../auth/actor';
import { Database } from '../database/database';
import { Reader } from '../database/tx';
import { Page, PageArgs } from './connection';
import { pageLimit } from './keyset';

/** Answers many keys with a constant number of statements; leaves out what is not there or not for this actor. */
export type Batch<Value> = (reader: Reader, keys: readonly string[], actor: Actor) => Promise<ReadonlyMap<string, Value>>;

/** As {@link Batch}, for the same page of the list of each parent. */
export type PageBatch<Row, Args extends PageArgs = PageArgs> = (reader: Reader, parents: readonly string[], page: Args, actor: Actor) => Promise<ReadonlyMap<string, Page<Row>>>;

/** Lives as long as one request, so it never answers one actor with what another asked. */
export class Loaders {
  private readonly loaders = new Map<unknown, DataLoader<string, unknown>>();
  /** Batches by what they are asked with: a page, or arguments. */
  private readonly pages = new Map<unknown, Map<string, unknown>>();

  constructor(
    private readonly database: Database,
    private readonly actor: Actor,
  ) {}

  /** The thing with that key, or null. */
  async one<Value>(batch: Batch<Value>, key: string | null): Promise<Value | null> {
    return key === null ? null : ((await this.load(batch, key)) ?? null);
  }

  /** The same, asked for anew: after a mutation has changed it. */
  async reload<Value>(batch: Batch<Value>, key: string): Promise<Value | null> {
    this.loaders.get(batch)?.clear(key);
    return this.one(batch, key);
  }

  /** The things that belong to that key; none is an empty list. */
  async list<Value>(batch: Batch<readonly Value[]>, key: string): Promise<readonly Value[]> {
    return (await this.load(batch, key)) ?? [];
  }

  /** A page of the things that belong to that parent. */
  async page<Row, Args extends PageArgs>(batch: PageBatch<Row, Args>, parent: string, page: Args): Promise<Page<Row>> {
    pageLimit(page);
    const bySize = this.pages.get(batch) ?? new Map<string, unknown>();
    this.pages.set(batch, bySize);
    // Whatever else the page is asked by, a filter for one, sets it apart as well.
    const size = JSON.stringify(page);
    const sized = (bySize.get(size) ?? ((reader, parents, actor) => batch(reader, parents, page, actor))) as Batch<Page<Row>>;
    bySize.set(size, sized);
    return (await this.load(sized, parent))!;
  }

  /** What is asked of that key with these arguments; keys that are asked alike are answered together. */
  async asked<Value, Args>(batch: (reader: Reader, keys: readonly string[], args: Args) => Promise<ReadonlyMap<string, Value>>, args: Args, key: string): Promise<Value | null> {
    const byArgs = this.pages.get(batch) ?? new Map<string, unknown>();
    this.pages.set(batch, byArgs);
    const asked = JSON.stringify(args);
    const one = (byArgs.get(asked) ?? ((reader: Reader, keys: readonly string[]) => batch(reader, keys, args))) as Batch<Value>;
    byArgs.set(asked, one);
    return (await this.load(one, key)) ?? null;
  }

  private load<Value>(batch: Batch<Value>, key: string): Promise<Value | undefined> {
    let loader = this.loaders.get(batch) as DataLoader<string, Value | undefined> | undefined;
    if (!loader) {
      loader = new DataLoader(async (keys) => {
        const found = await this.database.read((reader) => batch(reader, keys, this.actor));
        return keys.map((each) => found.get(each));
      });
      this.loaders.set(batch, loader as DataLoader<string, unknown>);
    }
    return loader.load(key);
  }
}
