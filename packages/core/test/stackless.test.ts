import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { TimeoutError } from '@holdfast/core'
import { rejectWith, stackless } from '@holdfast/core/kernel'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { coreFolder, entryFile } from './core-files.ts'

const unmade = new Error('unmade')

describe('stackless', () => {
  it('makes an error without the frames of a stack, which would cost and tell nothing', () => {
    const error = stackless(() => new TimeoutError('users', 800))

    expect(error.stack).toBe('TimeoutError: users: no answer within 800 ms')
  })

  it('leaves later errors their stacks', () => {
    const limit = Error.stackTraceLimit

    stackless(() => new TimeoutError('users', 800))

    expect(Error.stackTraceLimit).toBe(limit)
    expect(new Error('after').stack).toContain('stackless.test')
  })

  it('leaves them their stacks also when the error cannot be made', () => {
    const limit = Error.stackTraceLimit
    const fails = (): Error => {
      throw new Error('unmade')
    }

    expect(() => stackless(fails)).toThrow('unmade')

    expect(Error.stackTraceLimit).toBe(limit)
  })

  it('keeps a limit that others have set', () => {
    const limit = Error.stackTraceLimit
    onTestFinished(() => {
      Error.stackTraceLimit = limit
    })
    Error.stackTraceLimit = 42

    stackless(() => new TimeoutError('users', 800))

    expect(Error.stackTraceLimit).toBe(42)
  })

  it('works where the built-in objects are frozen', async () => {
    const script = `
      const { stackless } = await import('${new URL(entryFile('kernel'), coreFolder).href}')
      const { TimeoutError } = await import('${new URL(entryFile('index'), coreFolder).href}')
      for (const builtIn of [Error, Object, Promise, Array]) Object.freeze(builtIn), Object.freeze(builtIn.prototype)
      console.log(stackless(() => new TimeoutError('users', 800)).message)`

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])

    expect(stdout).toBe('users: no answer within 800 ms\n')
  })
})

describe('rejectWith', () => {
  it('rejects with a stackless error', async () => {
    const error = await rejectWith(() => new TimeoutError('users', 800)).catch((reason: unknown) => reason)

    expect(error).toMatchObject({ stack: 'TimeoutError: users: no answer within 800 ms' })
  })

  it('rejects with what making the error throws', async () => {
    const answer = rejectWith(() => {
      throw unmade
    })

    await expect(answer).rejects.toBe(unmade)
  })

  it('leaves nothing unhandled for one who listens at once', async () => {
    const unhandled = await unhandledRejectionsOf(() => rejectWith(() => new Error('down')).catch(() => {}))

    expect(unhandled).toEqual([])
  })
})
