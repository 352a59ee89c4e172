import { resilientFetch } from '@holdfast/fetch'

export { setTimeout } from 'node:timers/promises'

export const api = resilientFetch()

export const response: Response = new Response('{}', { status: 429, headers: { 'retry-after': '0' } })

export const isNetworkError = (error: unknown): boolean => error instanceof TypeError
