import type { Pool } from 'pg'

/** The number of the server's process that serves a pool of one connection. */
export async function backendOf(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}
