import { type ResilientInterceptor, type ResilientOptions, resilient } from '@holdfast/undici'
import * as eight from 'undici'
import * as seven from 'undici-7'

export type Undici = typeof eight

/** The releases that the interceptor is made for. */
export const undicis: { readonly version: string; readonly undici: Undici }[] = [
  { version: 'undici 8', undici: eight },
  { version: 'undici 7', undici: seven as unknown as Undici },
]

export interface ResilientAgent extends Pick<ResilientInterceptor, 'policy' | 'breakerOf'>, AsyncDisposable {
  readonly dispatcher: eight.Dispatcher
}

/** Lots that are always 0: full jitter then waits for 0 ms, so that real time is no matter. */
const noWait = (): number => 0

/** An agent with the interceptor, which is destroyed when its test ends. */
export function resilientAgent(
  { Agent }: Undici,
  options: ResilientOptions = {},
  agentOptions: eight.Agent.Options = {},
): ResilientAgent {
  const interceptor = resilient({ random: noWait, ...options })
  const agent = new Agent(agentOptions)
  return {
    dispatcher: agent.compose(interceptor),
    policy: interceptor.policy,
    breakerOf: interceptor.breakerOf,
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
