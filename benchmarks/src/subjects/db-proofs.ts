import assert from 'node:assert/strict'
import { type Client, type DbFamily, type Limits, usualLimits, type Worker } from './db-family.ts'
import { type Gate, gateTo } from './db-gate.ts'
import { MAX_ATTEMPTS } from './job.ts'

/** Limits that pass soon, and yet leave time for an answer on a machine that is busy. */
const soon: Limits = { attemptMs: 500, totalMs: 1_000 }

/** Fails unless all clients of a family do the same work, and the bare one does nothing besides. */
export async function proveDbFamily(family: DbFamily): Promise<void> {
  const server = await family.startServer()
  await proveClients(family, server.url)
  await server.close()
}

/** The same, on a server that has all that the work needs. */
export async function proveClients(
  { name, bare, clients, answer, isPool }: Omit<DbFamily, 'startServer'>,
  url: string,
): Promise<void> {
  const { works, triesAgain, triesNoMore, givesUp } = coursesTo(url, answer)
  const proveBare = async (): Promise<void> => {
    const who = `${name}: bare`
    await works(who, bare)
    if (isPool) await triesNoMore(who, bare, 1)
  }
  const proveClient = async (who: string, client: Client): Promise<void> => {
    await works(who, client)
    // A client of Redis connects again by itself.
    if (isPool) {
      await triesAgain(who, client)
      await triesNoMore(who, client, MAX_ATTEMPTS)
    }
    await givesUp(who, client)
  }
  await Promise.all([
    proveBare(),
    ...Object.entries(clients).map(([subject, client]) => proveClient(`${name}: ${subject}`, client)),
  ])
}

function coursesTo(url: string, answer: unknown) {
  const course = async (
    client: Client,
    breaks: number,
    prove: (worker: Worker, gate: Gate) => Promise<void>,
    limits = usualLimits,
  ): Promise<void> => {
    const gate = await gateTo(url, breaks)
    const worker = await client(gate.url, limits)
    try {
      await prove(worker, gate)
    } finally {
      gate.close()
      await worker.end()
    }
  }

  return {
    works: (who: string, client: Client) =>
      course(client, 0, async ({ call }, gate) => {
        for (let time = 0; time < 10; time++) assert.deepEqual(await call(), answer, `${who} does not do the work`)
        assert.equal(gate.connections(), 1, `${who} makes another number of connections for ten calls`)
      }),
    triesAgain: (who: string, client: Client) =>
      course(client, MAX_ATTEMPTS - 1, async ({ call }) => {
        assert.deepEqual(await call().catch(() => 'an error'), answer, `${who} does not try again`)
      }),
    triesNoMore: (who: string, client: Client, attempts: number) =>
      course(client, Number.POSITIVE_INFINITY, async ({ call }, gate) => {
        await assert.rejects(call(), `${who}, where all connections break, does not fail`)
        assert.equal(gate.connections(), attempts, `${who}, where all connections break, makes another number of them`)
      }),
    givesUp: (who: string, client: Client) =>
      course(
        client,
        0,
        async ({ call }, gate) => {
          await call()
          gate.hold()
          await assert.rejects(call(), `${who} waits for a database that says nothing, and does not fail`)
        },
        soon,
      ),
  }
}
