import { getGlobalDispatcher, setGlobalDispatcher } from 'undici'

export { Agent, setGlobalDispatcher } from 'undici'

const before = getGlobalDispatcher()

export function close(): void {
  setGlobalDispatcher(before)
}
