import { observe, type PolicyEvent } from '@holdfast/core'
import { callGuarded } from '@holdfast/core/kernel'

/** Any logger that takes an object and a message, in this order: pino, and those made in its image. */
export interface Logger {
  info(attributes: object, message: string): unknown
  warn(attributes: object, message: string): unknown
  error(attributes: object, message: string): unknown
}

/** Writes lines of who did what, and why. A logger that fails keeps nothing from being done. */
export class Audit {
  readonly #name: string
  readonly #logger: Logger

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  info(message: string, attributes: object = {}): void {
    this.#write('info', message, attributes)
  }

  warn(message: string, attributes: object = {}): void {
    this.#write('warn', message, attributes)
  }

  error(message: string, attributes: object = {}): void {
    this.#write('error', message, attributes)
  }

  /** Tells what somebody does to a circuit by hand, until the returned function is called. */
  watchCircuits(): () => void {
    return observe({ event: event => this.#tellManual(event) })
  }

  #tellManual({ type, cause, policy, reason = 'no reason given' }: ManualEvent): void {
    const attributes = { policy: policy.name, reason }
    if (type === 'circuit.opened' && cause === 'isolated') {
      this.warn(`circuit ${policy.name} is isolated by hand: ${reason}`, attributes)
    }
    if (type === 'circuit.closed' && cause === 'manual') {
      this.warn(`circuit ${policy.name} is closed by hand: ${reason}`, attributes)
    }
  }

  #write(severity: keyof Logger, message: string, attributes: object): void {
    callGuarded(`the logger of ${this.#name}`, () => this.#logger[severity](attributes, `${this.#name}: ${message}`))
  }
}

/** What breakers tell of it, and other events have none of. */
interface ManualEvent extends PolicyEvent {
  readonly cause?: string
  readonly reason?: string | undefined
}

/** Lines of JSON, where nobody has given a logger. */
export const consoleLogger: Logger = {
  info: (attributes, message) => console.info(line('info', attributes, message)),
  warn: (attributes, message) => console.warn(line('warn', attributes, message)),
  error: (attributes, message) => console.error(line('error', attributes, message)),
}

function line(level: string, attributes: object, message: string): string {
  return JSON.stringify({ level, time: new Date().toISOString(), msg: message, ...attributes }, (_, value: unknown) =>
    value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
  )
}
