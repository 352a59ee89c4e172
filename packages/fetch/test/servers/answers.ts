import { brotliCompressSync, gzipSync } from 'node:zlib'
import { largeBody, ok, redirect, type Step, slowBody, status } from '@holdfast/fault-server'

const json = { 'content-type': 'application/json' }
const form = [
  '--kelp\r\nContent-Disposition: form-data; name="depth"\r\n\r\n12\r\n',
  '--kelp\r\nContent-Disposition: form-data; name="leaf"; filename="leaf.txt"\r\n',
  'Content-Type: text/plain\r\n\r\ngreen\r\n--kelp--\r\n',
].join('')

/** Of all kinds, by name. */
export const answers: Readonly<Record<string, Step>> = {
  text: ok('kelp', { 'content-type': 'Text/Plain; Charset=UTF-8' }),
  'text with a byte order mark': ok('\u{feff}kelp'),
  'text in another encoding': ok(Uint8Array.of(0x6b, 0xff, 0xfe), { 'content-type': 'text/plain; charset=latin1' }),
  'a character in two chunks': slowBody(['k\u00e4', '\u00e4'], () => Promise.resolve()),
  json: ok('{"kelp":["giant"]}', json),
  'json with a byte order mark': ok('\u{feff}{"kelp":1}', json),
  'broken json': ok('{"kelp":', json),
  bytes: ok(Uint8Array.from({ length: 256 }, (_, index) => index)),
  'a form': ok(form, { 'content-type': 'multipart/form-data; boundary=kelp' }),
  'a form in a URL': ok('kelp=giant&depth=12', { 'content-type': 'application/x-www-form-urlencoded' }),
  'a broken form': ok('--kelp', { 'content-type': 'multipart/form-data; boundary=kelp' }),
  nothing: ok(''),
  'many chunks': largeBody(300_000),
  gzip: ok(gzipSync('kelp'), { 'content-encoding': 'gzip' }),
  brotli: ok(brotliCompressSync('{"kelp":1}'), { 'content-encoding': 'br', ...json }),
  'broken gzip': ok('kelp', { 'content-encoding': 'gzip' }),
  'no content': status(204),
  'not modified': status(304, { etag: '"1"' }),
  'an error': status(404, json, '{"code":"no kelp"}'),
  'a redirect': redirect('/text', 307),
}

/** What can be seen of a response from outside. */
export function factsOf(response: Response) {
  const { url, redirected, type, statusText, bodyUsed, body, headers } = response
  const { date: _, ...fields } = Object.fromEntries(headers)
  const stream = body === null ? null : { class: body.constructor.name, locked: body.locked }
  return {
    url,
    redirected,
    type,
    ok: response.ok,
    status: response.status,
    statusText,
    bodyUsed,
    stream,
    fields,
    class: response.constructor.name,
  }
}
