import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
}

/**
 * Serves a built site on the loopback interface, as a host of static pages does: below the path `base`, where a name
 * leads to the page of that name.
 */
export async function serveSite(
  folder: string,
  base: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => void answer(folder, base, request, response))
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  folder: string,
  base: string,
  { url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const file of filesFor(new URL(url, 'http://site').pathname, base)) {
    const body = await readFile(join(folder, file)).catch(() => undefined)
    if (body === undefined) continue
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(body)
    return
  }
  response.writeHead(404).end()
}

function filesFor(pathname: string, base: string): string[] {
  if (!pathname.startsWith(base)) return []
  const path = decodeURIComponent(pathname.slice(base.length))
  return [path, `${path}.html`, `${path}/index.html`]
}
