import { describePostgres } from '@holdfast/database-servers/vitest'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { type CustomTypesConfig, Query, type QueryResult } from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { poolOn } from './pool-on.ts'
import { rowsOf } from './rows-of.ts'

type Answer = readonly [error: Error | null | undefined, result: QueryResult | undefined]

/** What a callback is told. */
function told(ask: (callback: (...answer: Answer) => void) => unknown): Promise<Answer> {
  return new Promise(resolve => {
    ask((...answer) => resolve(answer))
  })
}

describePostgres('query', server => {
  let pool: ReturnType<typeof poolOn>
  beforeEach(() => {
    pool = poolOn({ ...server.config, max: 1 })
  })

  describe('takes what that of pg takes:', () => {
    it('text', async () => {
      const result = await pool.query('select 1 as one')

      expect(result).toMatchObject({ command: 'SELECT', rowCount: 1, rows: [{ one: 1 }] })
    })

    it('text with several statements', async () => {
      const results = (await pool.query('select 1 as one; select 2 as two')) as unknown as QueryResult[]

      expect(results.map(({ rows }): unknown => rows)).toEqual([[{ one: 1 }], [{ two: 2 }]])
    })

    it.each([[['kelp', 2]], [Object.freeze(['kelp', 2])]])('text and values', async values => {
      const { rows } = await pool.query('select $1::text as word, $2::int as number', values as unknown[])

      expect(rows).toEqual([{ word: 'kelp', number: 2 }])
    })

    it.each([[undefined], [null], [[]]])('no values: %o', async values => {
      const { rows } = await pool.query('select 1 as one', values as never)

      expect(rows).toEqual([{ one: 1 }])
    })

    it('a config with values, and with values beside it', async () => {
      const inside = await pool.query({ text: 'select $1::text as word', values: ['kelp'] })
      const beside = await pool.query({ text: 'select $1::text as word' }, ['kelp'])

      expect([inside.rows, beside.rows]).toEqual([[{ word: 'kelp' }], [{ word: 'kelp' }]])
    })

    it('a config for rows that are arrays', async () => {
      const { rows } = await pool.query({ text: 'select 1, 2', rowMode: 'array' })

      expect(rows).toEqual([[1, 2]])
    })

    it('a config with a name, which is prepared once', async () => {
      const named = { name: 'doubled', text: 'select $1::int * 2 as twice' }

      const answers = [await pool.query(named, [2]), await pool.query({ ...named, values: [4] })]

      const { rows } = await pool.query("select name from pg_prepared_statements where name = 'doubled'")
      expect(answers.map((answer): unknown => answer.rows)).toEqual([[{ twice: 4 }], [{ twice: 8 }]])
      expect(rows).toEqual([{ name: 'doubled' }])
    })

    it('a config with types of its own', async () => {
      const types: CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => `<${String(text)}>` }

      const { rows } = await pool.query({ text: 'select 1 as one', types })

      expect(rows).toEqual([{ one: '<1>' }])
    })

    it('a query that speaks for itself, which holds its connection until it has ended', async () => {
      const query = new Query('select generate_series(1, 3) as number')
      const rows: unknown[] = []
      query.on('row', row => rows.push(row))
      const ended = new Promise(resolve => {
        query.on('end', resolve)
      })

      pool.query(query)
      await ended

      expect(rows).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })

    it('a query that speaks for itself, whose error is that of the call, as with pg', async () => {
      const error = await rejectionOf(pool.query(new Query('select 1 / 0')) as unknown as Promise<unknown>)

      expect(error).toMatchObject({ code: '22012' })
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })

    it('a query that speaks for itself, and a callback', async () => {
      const [error, result] = await told(callback => (pool.query as Loose)(new Query('select 1 as one'), callback))

      expect([error ?? null, result?.rows]).toEqual([null, [{ one: 1 }]])
    })
  })

  describe('tells a callback, wherever that comes,', () => {
    const text = 'select 1 as one'

    it.each<[string, (callback: (...answer: Answer) => void) => unknown]>([
      ['after text', callback => pool.query(text, callback as never)],
      ['after values', callback => pool.query('select $1::int as one', [1], callback as never)],
      ['after no values', callback => pool.query(text, undefined as never, callback as never)],
      ['after a config', callback => pool.query({ text }, callback as never)],
      ['after a config and values', callback => pool.query({ text: 'select $1::int as one' }, [1], callback as never)],
      ['after options', callback => (pool.query as Loose)(text, { readOnly: true }, callback)],
      ['after values and options', callback => (pool.query as Loose)('select $1::int as one', [1], {}, callback)],
    ])('of its rows: %s', async (_, ask) => {
      let returned: unknown

      const [error, result] = await told(callback => {
        returned = ask(callback)
      })

      expect([error ?? null, result?.rows, returned]).toEqual([null, [{ one: 1 }], undefined])
    })

    it('of its error, and of nothing else', async () => {
      const answer = await told(callback => pool.query('select 1 / 0', callback as never))

      expect(answer).toMatchObject([{ code: '22012' }])
      expect(answer[1]).toBeUndefined()
    })

    it('of a bad option, later and not at once', async () => {
      let isLater = false

      const asked = told(callback => (pool.query as Loose)('select', { readonly: true }, callback))
      isLater = true
      const [error] = await asked

      expect(isLater).toBe(true)
      expect(error).toBeInstanceOf(TypeError)
    })
  })

  describe('rejects, and keeps its connection, when it is given', () => {
    type Given = readonly [what: string, given: readonly unknown[], message: string]

    it.each<Given>([
      ['nothing', [], 'Client was passed a null or undefined query'],
      ['null', [null], 'Client was passed a null or undefined query'],
      ['values that are no list', ['select', 'kelp'], 'Query values must be an array'],
      ['a value that cannot be sent', ['select $1', [circular()]], 'circular'],
      ['a value that throws as it is sent', ['select $1', [{ toPostgres: refusing }]], 'not to Postgres'],
      [
        'a type whose values it cannot read',
        [{ text: 'select 1', types: { getTypeParser: () => refusing } }],
        'not to Postgres',
      ],
    ])('%s', async (_, given, message) => {
      await pool.query('select')

      const error = await rejectionOf((pool.query as Loose)(...given) as Promise<unknown>)

      expect(error).toMatchObject({ message: expect.stringContaining(message) as string })
      expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 })
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })
  })

  it('gives the error of the database as it is, with what that says', async () => {
    await pool.query('create table once (id int primary key)')

    const error = await rejectionOf(pool.query('insert into once values (1), (1)'))

    expect(error).toMatchObject({
      code: '23505',
      detail: 'Key (id)=(1) already exists.',
      constraint: 'once_pkey',
      table: 'once',
    })
  })

  it('works detached from its pool', async () => {
    const { query } = pool

    expect((await query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('answers each of many with its own rows', async () => {
    const wide = poolOn({ ...server.config, max: 3 })
    const numbers = Array.from({ length: 30 }, (_, number) => number)

    const answers = await Promise.all(
      numbers.map(number => rowsOf<{ number: number }>(wide, 'select $1::int as number', [number])),
    )

    expect(answers).toEqual(numbers.map(number => [{ number }]))
    expect(wide.totalCount).toBe(3)
  })
})

type Loose = (...given: readonly unknown[]) => unknown

function circular(): object {
  const round: { self?: object } = {}
  round.self = round
  return round
}

function refusing(): never {
  throw new Error('not to Postgres')
}
