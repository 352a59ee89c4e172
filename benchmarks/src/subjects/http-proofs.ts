import assert from 'node:assert/strict'
import { order } from './http-answer.ts'
import { type Client, type Family, type Get, usualLimits } from './http-client.ts'
import { type Deed, scriptedServer } from './http-scripted-server.ts'
import { MAX_ATTEMPTS } from './job.ts'

/** A limit that passes soon, and yet leaves time for an answer on a machine that is busy. */
const SOON_MS = 500

/** Fails unless all clients of a family do the same work, and the bare request does nothing. */
export async function proveFamily({ name, bare, clients }: Family): Promise<void> {
  await Promise.all([
    proveBare(`${name}: bare`, bare),
    ...Object.entries(clients).map(([subject, client]) => proveClient(`${name}: ${subject}`, client)),
  ])
}

async function proveBare(who: string, get: Get): Promise<void> {
  await reusesConnections(who, get)
  await fails(who, get, { script: ['fails'], requests: 1 })
}

async function proveClient(who: string, { make, hasTotal }: Client): Promise<void> {
  const impatient = make({ ...usualLimits, attemptMs: SOON_MS })
  await reusesConnections(who, make(usualLimits))
  await answers(who, make(usualLimits), { script: ['fails', 'answers'], requests: 2 })
  await fails(who, make(usualLimits), { script: ['fails'], requests: MAX_ATTEMPTS })
  await answers(who, impatient, { script: ['hangs', 'answers'], requests: 2 })
  await fails(who, impatient, { script: ['hangs'], requests: MAX_ATTEMPTS })
  if (hasTotal) await fails(who, make({ ...usualLimits, totalMs: SOON_MS }), { script: ['hangs'], requests: 1 })
}

interface Course {
  readonly script: readonly Deed[]
  /** So many of them reach the server. */
  readonly requests: number
}

async function answers(who: string, get: Get, course: Course): Promise<void> {
  await proveCourse(who, course, async (url, told) => {
    assert.deepEqual(await get(url), order, `${told}, does not read the answer`)
  })
}

async function fails(who: string, get: Get, course: Course): Promise<void> {
  await proveCourse(who, course, (url, told) => assert.rejects(get(url), `${told}, does not fail`))
}

async function proveCourse(
  who: string,
  { script, requests }: Course,
  prove: (url: string, told: string) => Promise<void>,
): Promise<void> {
  const told = `${who}, where a server ${script.join(', then ')}`
  const server = await scriptedServer(script)
  await prove(server.url, told)
  assert.equal(server.requests(), requests, `${told}, makes another number of requests`)
  server.close()
}

/** Two of them: undici gives an answer away a little before it is done with its connection. */
async function reusesConnections(who: string, get: Get): Promise<void> {
  const server = await scriptedServer(['answers'])
  for (let time = 0; time < 10; time++)
    assert.deepEqual(await get(server.url), order, `${who} does not read the answer`)
  assert.equal(server.requests(), 10, `${who} makes another number of requests`)
  assert.ok(server.connections() <= 2, `${who} makes ${server.connections()} connections for 10 requests`)
  server.close()
}
