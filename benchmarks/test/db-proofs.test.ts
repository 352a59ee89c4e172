import { describePostgres } from '@holdfast/database-servers/vitest'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import type { Call } from '../src/harness/interleaved.ts'
import type { Client } from '../src/subjects/db-family.ts'
import { proveClients } from '../src/subjects/db-proofs.ts'
import { postgresFamilies } from '../src/subjects/postgres-families.ts'
import { NUMBER } from '../src/subjects/postgres-work.ts'

const [queries] = postgresFamilies
if (queries === undefined) throw new Error('there are no families')

function ask(use: (pool: Pool) => Call, max = 1): Client {
  return url => {
    const pool = new Pool({ connectionString: url, max })
    pool.on('error', () => {})
    return { call: use(pool), end: () => pool.end() }
  }
}

async function answerOf(pool: Pool, number: number = NUMBER): Promise<unknown> {
  const { rows } = await pool.query<{ number: number }>('select $1::int as number', [number])
  return rows[0]?.number
}

const bare = ask(pool => () => answerOf(pool))

async function attempted(pool: Pool, times: number): Promise<unknown> {
  try {
    return await answerOf(pool)
  } catch (error) {
    if (times === 1) throw error
    return attempted(pool, times - 1)
  }
}

const family = (subject: Client): Parameters<typeof proveClients>[0] => {
  return { name: 'query', isPool: true, answer: NUMBER, bare, clients: { subject } }
}

describePostgres('proveClients', server => {
  it('accepts who does the work', async () => {
    await expect(proveClients(queries, server.url)).resolves.toBeUndefined()
  })

  it('finds out who does not try again', async () => {
    const once = ask(pool => () => answerOf(pool))

    await expect(proveClients(family(once), server.url)).rejects.toThrow('query: subject does not try again')
  })

  it('finds out who tries more than three times', async () => {
    const fourTimes = ask(pool => () => attempted(pool, 4))

    await expect(proveClients(family(fourTimes), server.url)).rejects.toThrow(
      'query: subject, where all connections break, makes another number of them',
    )
  })

  it('finds out who does something else', async () => {
    const other = ask(pool => () => answerOf(pool, NUMBER + 1))

    await expect(proveClients(family(other), server.url)).rejects.toThrow('query: subject does not do the work')
  })

  it('finds out who makes a connection for each call', async () => {
    const wasteful: Client = url => {
      const call = async (): Promise<unknown> => {
        const pool = new Pool({ connectionString: url })
        try {
          return await attempted(pool, 3)
        } finally {
          await pool.end()
        }
      }
      return { call, end: async () => {} }
    }

    await expect(proveClients(family(wasteful), server.url)).rejects.toThrow(
      'query: subject makes another number of connections for ten calls',
    )
  })

  it('finds out a bare client that tries again', async () => {
    const again = ask(pool => () => attempted(pool, 2))

    await expect(proveClients({ ...family(again), bare: again, clients: {} }, server.url)).rejects.toThrow(
      'query: bare, where all connections break, makes another number of them',
    )
  })
})
