import { json } from 'node:stream/consumers'
import { type LocalServer, startServer } from './local-server.ts'
import type { Letter } from './mailer.ts'

const LETTER_MS = 20

/** The dependency of the scenario. */
export interface MailServer extends LocalServer {
  isHealthy: boolean
  readonly requests: number
  /** Letters that went out, by id. */
  readonly sent: ReadonlySet<string>
}

export async function startMailServer(): Promise<MailServer> {
  const sent = new Set<string>()
  let isHealthy = true
  let requests = 0

  const statusFor = (letter: Letter): number => {
    if (!isHealthy) return 503
    if (!letter.to.includes('@')) return 422
    // A repeat of a letter that went out is answered like the first time.
    sent.add(letter.id)
    return 202
  }
  const server = await startServer((request, response) => {
    requests++
    void json(request).then(letter => {
      setTimeout(() => response.writeHead(statusFor(letter as Letter)).end(), LETTER_MS)
    })
  })

  return {
    ...server,
    get isHealthy() {
      return isHealthy
    },
    set isHealthy(next) {
      isHealthy = next
    },
    get requests() {
      return requests
    },
    sent,
  }
}
