import { resilientFetch, retryInfo } from '@holdfast/fetch'
import { consecutiveFailures } from 'holdfast'
import { check, equals, rejection } from './check.mjs'

/** `resilientFetch` on the platform's own fetch, against a real server. @param {string} url of the server */
export function fetchChecks(url) {
  let keys = 0
  const fresh = path => `${url}${path}/${(keys += 1)}-${Math.random().toString(36).slice(2)}`
  const visitsOf = async address =>
    Number(await (await fetch(address.replace(/\/(flaky|hang|down)\//, '/visits/'))).text())

  return [
    check('a GET is repeated after a 503, as its server asks', async () => {
      const address = fresh('/flaky')

      const response = await resilientFetch()(address)

      equals([response.status, await response.text(), retryInfo(response)?.attempts], [200, 'up', 2])
    }),

    check('a POST is sent once', async () => {
      const address = fresh('/flaky')

      const response = await resilientFetch()(address, { method: 'POST', body: 'an order' })
      await response.text()

      equals([response.status, await visitsOf(address)], [503, 1])
    }),

    check('a POST with a key is repeated, with its body', async () => {
      const response = await resilientFetch()(fresh('/flaky'), {
        method: 'POST',
        body: 'an order',
        headers: { 'idempotency-key': '"7"' },
      })

      equals([response.status, await response.text()], [200, 'up: an order'])
    }),

    check('a server that says nothing is given up on', async () => {
      const api = resilientFetch({ retry: false, attempt: { timeoutMs: 50 } })

      const error = await rejection(api(fresh('/hang')))

      equals([error.code, error.phase], ['ERR_HOLDFAST_TIMEOUT', 'attempt'])
    }),

    check('an abort of the caller ends the request with its reason', async () => {
      const controller = new AbortController()
      const answer = resilientFetch()(fresh('/hang'), { signal: controller.signal })

      controller.abort(new Error('the client has gone'))

      equals((await rejection(answer)).message, 'the client has gone')
    }),

    check('the circuit of an origin opens, and no request is made', async () => {
      const api = resilientFetch({ retry: false, breaker: { trip: consecutiveFailures(2) } })
      const address = fresh('/down')
      for (let call = 0; call < 2; call++) await (await api(address)).text()

      equals((await rejection(api(address))).code, 'ERR_HOLDFAST_CIRCUIT_OPEN')
      equals(await visitsOf(address), 2)
    }),

    check('a body is read as it comes', async () => {
      const response = await resilientFetch()(`${url}/stream`)
      const reader = response.body.getReader()
      let bytes = 0
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) bytes += chunk.value.length

      equals(bytes, 5 * 65_536)
    }),

    check('a body that stops is given up on', async () => {
      const api = resilientFetch({ retry: false, body: { idleMs: 50 } })

      const response = await api(`${url}/stalls`)

      equals((await rejection(response.text())).code, 'ERR_HOLDFAST_TIMEOUT')
    }),
  ]
}
