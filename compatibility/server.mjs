import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** @typedef {import('./smoke/check.mjs').Result} Result */

/**
 * @typedef {object} SmokeServer
 * @property {string} url
 * @property {(run: string) => Promise<Result[]>} resultsOf settles when the suite of that run has sent its results
 * @property {() => Promise<void>} close
 */

/**
 * The server that the suite talks to, on the loopback interface. It fails as its paths say, counts visits, takes results,
 * and serves the files of a project to a browser.
 *
 * @param {string} project folder
 * @returns {Promise<SmokeServer>}
 */
export async function startServer(project) {
  /** @type {Map<string, number>} */
  const visits = new Map()
  /** @type {Map<string, PromiseWithResolvers<Result[]>>} */
  const runs = new Map()
  /** @param {string} run */
  const runOf = run => {
    const known = runs.get(run) ?? Promise.withResolvers()
    runs.set(run, known)
    return known
  }

  const places = placesOf(project, visits, (run, results) => runOf(run).resolve(results))
  const server = createServer((request, response) => void serve(places, request, response))
  await new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(undefined))
  })

  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    resultsOf: run => runOf(run).promise,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @typedef {(visit: { key: string, body: string, response: import('node:http').ServerResponse }) => unknown} Answer */

/**
 * What is answered, by the first part of the path.
 *
 * @param {string} project
 * @param {Map<string, number>} visits
 * @param {(run: string, results: Result[]) => void} take
 * @returns {Record<string, Answer>}
 */
function placesOf(project, visits, take) {
  /** @param {string} key */
  const count = key => {
    const visit = (visits.get(key) ?? 0) + 1
    visits.set(key, visit)
    return visit
  }
  return {
    flaky: ({ key, body, response }) => {
      if (count(key) === 1) response.writeHead(503, { 'retry-after': '0' }).end('busy')
      else response.end(body === '' ? 'up' : `up: ${body}`)
    },
    down: ({ key, response }) => {
      count(key)
      response.writeHead(500).end('down')
    },
    hang: ({ key }) => count(key),
    visits: ({ key, response }) => response.end(String(visits.get(key) ?? 0)),
    stream: async ({ response }) => {
      await sendChunks(response, 5)
      response.end()
    },
    stalls: ({ response }) => sendChunks(response, 1),
    results: ({ key, body, response }) => {
      take(key, JSON.parse(body))
      response.end()
    },
    page: ({ key, response }) => sendFile(response, join(project, key)),
  }
}

/**
 * @param {Record<string, Answer>} places
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(places, request, response) {
  const [, place = '', ...rest] = new URL(request.url ?? '', 'http://server').pathname.split('/')
  const body = await textOf(request)
  const answer = places[place] ?? (() => response.writeHead(404).end())
  await answer({ key: rest.join('/'), body, response })
}

/** @param {import('node:http').IncomingMessage} request */
async function textOf(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/** @param {import('node:http').ServerResponse} response @param {number} count */
async function sendChunks(response, count) {
  for (let chunk = 0; chunk < count; chunk++) {
    response.write(new Uint8Array(65_536))
    await nextTurn()
  }
}

/** @param {import('node:http').ServerResponse} response @param {string} file */
function sendFile(response, file) {
  const type = extname(file) === '.html' ? 'text/html' : 'text/javascript'
  const stream = createReadStream(file)
  stream.on('error', () => response.writeHead(404).end())
  stream.on('open', () => {
    response.writeHead(200, { 'content-type': type })
    stream.pipe(response)
  })
}
