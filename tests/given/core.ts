import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { resilientFetch } from '@holdfast/fetch'
import { CircuitOpenError, retry } from 'holdfast'

export const error: unknown = new CircuitOpenError('catalogue', { retryAfterMs: 4_200, isolated: false })

export const response: ServerResponse = new ServerResponse(new IncomingMessage(new Socket()))

export const api = resilientFetch()

export const users = retry({ name: 'users' })

export const db = { users: { find: async (id: string) => ({ id, name: 'Ada' }) } }

export const counter = { add: (_count: number, _attributes: Readonly<Record<string, string>>): void => {} }
