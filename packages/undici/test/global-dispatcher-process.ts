import process from 'node:process'
import { resilient } from '@holdfast/undici'

const [, , name = '', client = '', url = ''] = process.argv
const { Agent, setGlobalDispatcher, request, fetch: ownFetch } = (await import(name)) as typeof import('undici')

setGlobalDispatcher(new Agent().compose(resilient()))

const print = (status: number, text: string): boolean => process.stdout.write(`${status} ${text}`)

if (client === 'request') {
  const { statusCode, body } = await request(url)
  print(statusCode, await body.text())
} else {
  const response = await (client === 'fetch' ? (ownFetch as unknown as typeof fetch) : fetch)(url)
  print(response.status, await response.text())
}
