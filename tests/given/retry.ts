import { retry } from 'holdfast'

export const response: Response = new Response('{}')

export const users = retry({ name: 'users', maxAttempts: 1 })

export async function findUser(): Promise<never> {
  throw new Error('no such host')
}
