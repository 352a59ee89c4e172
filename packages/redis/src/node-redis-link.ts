import { Link } from './link.ts'
import type { NodeRedisClient } from './node-redis-client.ts'

/** What all views of one client of redis must know of it. */
export class NodeRedisLink extends Link {
  /** Its MULTI is sent all at once. */
  readonly isInTransaction = false
  private readonly client: NodeRedisClient
  private isReconnecting = false
  /** Answers that have come: redis does not let anybody see its socket. */
  private answers = 0

  private constructor(client: NodeRedisClient) {
    super()
    this.client = client
  }

  static of({ _self }: NodeRedisClient): NodeRedisLink {
    const known = links.get(_self)
    if (known !== undefined) return known
    const link = new NodeRedisLink(_self)
    links.set(_self, link)
    return link
  }

  get isClosed(): boolean {
    return !this.client.isOpen
  }

  answered(): void {
    this.answers++
  }

  protected override heard(): readonly [unknown, number] {
    return [this.client.socketEpoch, this.answers]
  }

  protected override drop(): void {
    this.reconnect()
  }

  /** There is no gentler way. Many commands may hear of it at once; the connection is left once. */
  reconnect(): void {
    const { client } = this
    if (this.isReconnecting || !client.isReady) return
    this.isReconnecting = true
    client.destroy()
    const ended = (): void => {
      this.isReconnecting = false
    }
    client.connect().then(ended, ended)
  }
}

const links = /* @__PURE__ */ new WeakMap<NodeRedisClient, NodeRedisLink>()
