import { readFileSync } from 'node:fs'
import { Client } from 'pg'

const schema = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

/** What a deployment does before the service is rolled out. */
export async function createSchema(connectionString: string): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  await client.query(schema)
  await client.end()
}
