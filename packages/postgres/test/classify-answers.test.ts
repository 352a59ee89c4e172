import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { classify } from '@holdfast/postgres'
import { Client, type ClientConfig, Pool } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { pidOf } from './rows-of.ts'

describePostgres('classify, of what pg rejects with', server => {
  const connected = async (config: ClientConfig = {}): Promise<Client> => {
    const client = new Client({ ...server.config, ...config })
    client.on('error', () => {})
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  /** What the last of these statements is answered with. */
  const errorOf = async (...statements: readonly string[]): Promise<unknown> => {
    const client = await connected()
    const last = statements.at(-1) ?? ''
    for (const statement of statements.slice(0, -1)) await client.query(statement).catch(() => {})
    return rejectionOf(client.query(last))
  }

  it.each([
    ['22P02', 'permanent', ["select 'kelp'::int"]],
    ['42P01', 'permanent', ['table reef']],
    ['42601', 'permanent', ['selct 1']],
    ['23505', 'permanent', ['create temporary table one (id int primary key)', 'insert into one values (1), (1)']],
    [
      '23P01',
      'permanent',
      [
        'create temporary table one (r int4range, exclude using gist (r with &&))',
        "insert into one values ('[1,5)'), ('[2,3)')",
      ],
    ],
    ['25P02', 'permanent', ['begin', 'select 1 / 0', 'select 1']],
    [
      '25006',
      'failover',
      ['create table words (word text)', 'set default_transaction_read_only = on', 'insert into words values (1)'],
    ],
    ['57014', 'cancelled', ['set statement_timeout = 1', 'select pg_sleep(600)']],
    ['26000', 'never started', ['execute forgotten']],
    [
      '0A000',
      'permanent',
      [
        'create temporary table one (id int)',
        'create view seen as table one',
        'create materialized view m as table one',
      ],
    ],
    ['40001', 'rolled back', ['do $$ begin raise serialization_failure; end $$']],
  ] as const)('takes %s for %s', async (code, kind, statements) => {
    expect(classify(await errorOf(...statements))).toMatchObject({
      code,
      kind,
      keepsConnection: kind !== 'failover' && kind !== 'never started',
    })
  })

  it('takes 55P03 for rolled back', async () => {
    const holder = await connected()
    await holder.query('create table locked ()')
    await holder.query('begin; lock table locked')

    const error = await errorOf('begin', 'lock table locked nowait')

    expect(classify(error)).toMatchObject({ code: '55P03', kind: 'rolled back' })
  })

  it('takes a prepared statement that has outlived its table for one that was never started', async () => {
    const client = await connected()
    const prepared = { name: 'all', text: 'select * from changing' }
    await client.query('create temporary table changing (id int)')
    await client.query(prepared)
    await client.query('alter table changing add column word text')

    const error = await rejectionOf(client.query(prepared))

    expect(classify(error)).toMatchObject({
      code: '0A000',
      kind: 'never started',
      outside: 'repeat once',
      inside: 'stop',
    })
  })

  it('takes a prepared statement that is gone for one that was never started', async () => {
    const client = await connected()
    const prepared = { name: 'one', text: 'select 1' }
    await client.query(prepared)
    await client.query('deallocate all')

    const error = await rejectionOf(client.query(prepared))

    expect(classify(error)).toMatchObject({ code: '26000', kind: 'never started', outside: 'repeat once' })
  })

  it.each([
    ['28P01', { password: 'wrong' }],
    ['3D000', { database: 'nowhere' }],
  ])('takes %s, with which a server refuses a connection, for permanent', async (code, config) => {
    const client = new Client({ ...server.config, ...config })

    const error = await rejectionOf(client.connect())

    expect(classify(error)).toMatchObject({ code, kind: 'permanent', outside: 'stop' })
  })

  it('takes a server that nobody listens for as one that was never asked', async () => {
    const client = new Client({ ...server.config, port: 1 })

    const error = await rejectionOf(client.connect())

    expect(classify(error)).toMatchObject({ code: 'ECONNREFUSED', kind: 'never started' })
  })

  it('takes a socket in the file system that is not there as one that was never asked', async () => {
    const client = new Client({ ...server.config, host: '/nowhere' })

    const error = await rejectionOf(client.connect())

    expect(classify(error)).toMatchObject({ code: 'ENOENT', kind: 'never started' })
  })

  it('takes a pool that is used up as one that was never asked', async () => {
    const pool = new Pool({ ...server.config, max: 1 })
    onTestFinished(() => pool.end())
    const held = await pool.connect()
    pool.options.connectionTimeoutMillis = 5

    const error = await rejectionOf(pool.query('select'))
    held.release()

    expect(classify(error)).toMatchObject({ code: undefined, kind: 'never started' })
  })

  it('takes a query_timeout of the client for a limit', async () => {
    const client = await connected({ query_timeout: 5 })

    const error = await rejectionOf(client.query('select pg_sleep(0.1)'))

    expect(classify(error)).toMatchObject({ code: undefined, kind: 'cancelled', keepsConnection: false })
  })

  it('takes a connection that its server has ended for lost, by its last word and by its end', async () => {
    const [client, other] = [await connected(), await connected()]
    const ended = new Promise(resolve => {
      client.once('end', resolve)
    })

    const pid = await pidOf(client)
    const errors = [rejectionOf(client.query('select pg_sleep(600)')), rejectionOf(client.query('select'))]
    await other.query('select pg_terminate_backend($1)', [pid])
    await ended

    const [last, next] = (await Promise.all(errors)).map(classify)
    expect(last).toMatchObject({ code: '57P01', kind: 'connection lost', inside: 'repeat', outside: 'repeat reads' })
    expect(next).toMatchObject({ kind: 'connection lost' })
    expect(classify(await rejectionOf(client.query('select')))).toMatchObject({ kind: 'never started' })
  })

  it('takes what a function raises by the code that it gives, but for those that end connections', async () => {
    const raised = (code: string) =>
      errorOf(`do $$ begin raise exception 'Connection terminated' using errcode = '${code}'; end $$`)

    expect(classify(await raised('40001'))).toMatchObject({ kind: 'rolled back' })
    expect(classify(await raised('57P01'))).toMatchObject({
      kind: 'permanent',
      isUnhealthy: false,
      keepsConnection: true,
    })
    expect(classify(await raised('P0001'))).toMatchObject({
      kind: 'permanent',
      isUnhealthy: false,
      keepsConnection: true,
    })
  })
})
