import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { notOurs } from './database-server.ts'
import type { PostgresServer } from './postgres-server.ts'

/** A database of its own on a server that somebody else runs, so that test files do not meet each other's tables. */
export function givenPostgres(given: string): PostgresServer {
  const refuse = notOurs('DATABASE_URL')
  const database = `holdfast_${randomBytes(6).toString('hex')}`
  const url = new URL(given)
  const config = {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
  }
  url.pathname = `/${database}`
  const close = () => command(`drop database if exists ${database} with (force)`)

  return {
    isGiven: true,
    url: url.href,
    ...config,
    config,
    start: () => command(`create database ${database}`),
    stop: async () => refuse(),
    restart: async () => refuse(),
    crash: async () => refuse(),
    kill: async () => refuse(),
    close,
    [Symbol.asyncDispose]: close,
  }

  async function command(sql: string): Promise<void> {
    const client = new Client({ connectionString: given })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
}
