import { existsSync } from 'node:fs'
import { postgresServer } from '@holdfast/database-servers'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { Client, type ClientConfig } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { abandonedServer } from './abandoned-server.ts'

describePostgres('a PostgreSQL for tests', server => {
  it('is reached by its url', async () => {
    const client = await connect({ connectionString: server.url })

    const { rows } = await client.query('select current_database() as name')

    expect(rows).toEqual([{ name: server.database }])
  })
})

describePostgres(
  'a PostgreSQL that tests stop',
  server => {
    it('is a PostgreSQL 18 that asks for a password', async () => {
      const client = await connect(server.config)

      const { rows } = await client.query<{ server_version: string }>('show server_version')

      expect(rows[0]?.server_version).toMatch(/^18\./)
      await expect(connect({ ...server.config, password: 'wrong' })).rejects.toMatchObject({ code: '28P01' })
    })

    it('listens to its settings', async () => {
      const client = await connect(server.config)

      expect((await client.query('show max_connections')).rows).toEqual([{ max_connections: '7' }])
    })

    it('tells its clients when it stops, and has port and data after a restart', async () => {
      const { port } = server
      const client = await connect(server.config)
      const [lastWord] = [nextError(client), await client.query('create table kept as select 1 as value')]

      await server.restart()

      expect(await lastWord).toMatchObject({ code: '57P01' })
      expect(server.port).toBe(port)
      expect((await (await connect(server.config)).query('table kept')).rows).toEqual([{ value: 1 }])
    })

    it('says nothing when it is killed, and recovers what was committed', async () => {
      const client = await connect(server.config)
      await client.query('create table recovered as select 1 as value')
      const busy = client.query('select pg_sleep(600)')

      await Promise.all([
        expect(busy).rejects.toThrow(/ECONNRESET|terminated unexpectedly/),
        nextError(client),
        server.kill(),
      ])
      await expect(connect(server.config)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await server.start()

      expect((await (await connect(server.config)).query('table recovered')).rows).toEqual([{ value: 1 }])
    })

    it('recovers by itself when it crashes, and tells its clients', async () => {
      const client = await connect(server.config)
      await client.query('create table survived as select 1 as value')
      const lastWord = new Promise(resolve => {
        client.once('notice', resolve)
      })

      await server.crash()

      expect(await lastWord).toMatchObject({ code: '57P02' })
      expect((await (await connect(server.config)).query('table survived')).rows).toEqual([{ value: 1 }])
    })

    it('removes its folder when it is closed', async () => {
      const closing = postgresServer()
      await closing.start()
      const folder = await dataFolder(closing.url)

      await closing.close()

      expect(existsSync(folder)).toBe(false)
    })

    it('ends and leaves nothing when the process of its tests is killed', async () => {
      const abandoned = await abandonedServer('startPostgres')
      const folder = await dataFolder(abandoned.url)

      abandoned.killOwner()

      await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false)
      await expect(connect({ connectionString: abandoned.url })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    })
  },
  { settings: { max_connections: 7 }, isStopped: true },
)

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config)
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

function nextError(client: Client): Promise<Error> {
  return new Promise(resolve => {
    client.once('error', resolve)
  })
}

async function dataFolder(url: string): Promise<string> {
  const client = await connect({ connectionString: url })
  const { rows } = await client.query<{ data_directory: string }>('show data_directory')
  return rows[0]?.data_directory ?? ''
}
