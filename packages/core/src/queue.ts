/** What stands in a queue. It carries its own links, so that leaving from the middle is O(1) too. */
export interface Queueable<Item> {
  /** Written by the queue only. */
  ahead: Item | undefined
  /** Written by the queue only. */
  behind: Item | undefined
}

/** First in, first out. All operations are O(1). */
export class Queue<Item extends Queueable<Item>> {
  private head: Item | undefined = undefined
  private tail: Item | undefined = undefined
  /** How many stand in it. */
  length = 0

  /** Who has stood in it longest; undefined when it is empty. */
  get first(): Item | undefined {
    return this.head
  }

  /** To the end. `item` must be in no queue. */
  push(item: Item): void {
    item.ahead = this.tail
    if (this.tail === undefined) this.head = item
    else this.tail.behind = item
    this.tail = item
    this.length++
  }

  /** `item` must be in this queue. */
  remove(item: Item): void {
    if (item.ahead === undefined) this.head = item.behind
    else item.ahead.behind = item.behind
    if (item.behind === undefined) this.tail = item.ahead
    else item.behind.ahead = item.ahead
    item.ahead = item.behind = undefined
    this.length--
  }
}
