import { blockMsOf } from './command-rule.ts'
import { Exchange } from './exchange.ts'
import type { Guard } from './guard.ts'
import type { Link } from './link.ts'

/** Many commands that are sent at once. They have one place in the policies, and each its own outcome. */
export class BatchExchange extends Exchange {
  readonly parts: readonly Exchange[]

  constructor(guard: Guard, link: Link, name: 'MULTI' | 'PIPELINE', parts: readonly Exchange[]) {
    const blockMs =
      name === 'MULTI' ? 0 : parts.reduce((sum, { name: part, args }) => sum + (blockMsOf(part, args) ?? 0), 0)
    super(
      guard,
      link,
      name,
      parts.map(part => part.name),
      blockMs,
    )
    this.parts = parts
  }

  /** Whether something was sent is known of each part: no answer to one of them speaks for the others. */
  note(): void {
    this.isSent = this.parts.some(({ isSent }) => isSent)
  }

  /** A refusal of one says nothing of the others. */
  protected override refuses(): boolean {
    return false
  }

  protected override get isIdempotent(): boolean {
    return this.name !== 'MULTI' && this.parts.every(part => this.guard.isIdempotent(part))
  }
}
