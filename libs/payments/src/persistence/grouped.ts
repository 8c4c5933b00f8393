// Group commit: what is asked for while a write is under way is written together by the next one.

/** The most that one write takes; the rest waits for the write after it. */
const GROUP_LIMIT = 500;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns many concurrent small writes into few big ones without making a lonely one wait: the first goes out in the same
 * turn of the event loop, the others gather behind it. A caller is answered only when its group has committed.
 */
export class Grouped<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private writing = false;

  /** @param write writes a group in one transaction and answers in the order of the items; it fails for all or for none. */
  constructor(private readonly write: (items: readonly Item[]) => Promise<readonly Answer[]>) {}

  submit(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.writing) {
        this.writing = true;
        setImmediate(() => void this.drain());
      }
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, GROUP_LIMIT);
      try {
        const answers = await this.write(group.map((one) => one.item));
        group.forEach((one, i) => one.resolve(answers[i]!));
      } catch (error) {
        group.forEach((one) => one.reject(error));
      }
    }
    this.writing = false;
  }
}
