import type { QueryResult, QueryResultRow } from 'pg'

/** What SQL can be asked of: a pool, or a client. */
interface Asked {
  readonly query: (sql: string, values: unknown[]) => Promise<QueryResult>
}

export async function rowsOf<Row extends QueryResultRow>(
  asked: Asked,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await asked.query(sql, [...values])
  return rows as Row[]
}

/** The number of the server's process that answers. */
export async function pidOf(asked: Asked): Promise<number> {
  const [row] = await rowsOf<{ pid: number }>(asked, 'select pg_backend_pid() as pid')
  if (row === undefined) throw new Error('no row')
  return row.pid
}
