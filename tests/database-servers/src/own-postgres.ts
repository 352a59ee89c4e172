import { spawnSync } from 'node:child_process'
import { chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import type { ServerOptions } from './database-server.ts'
import { ownServer } from './own-server.ts'
import { type PostgresPrograms, programsFor } from './postgres-programs.ts'
import type { PostgresServer, StopMode } from './postgres-server.ts'
import { killChild, killTree } from './process-tree.ts'
import type { ProgramUser } from './server-process.ts'

const account = { user: 'postgres', password: 'loopback', database: 'postgres' }

const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // What is lost without it is lost when the machine goes down, not when the server is killed.
  fsync: 'off',
  shared_buffers: '16MB',
  io_method: 'sync',
  // Errors of statements are told to clients; a process that is too busy to read them here would block the server.
  log_min_messages: 'log',
}

const stopSignals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export function ownPostgres({ settings = {} }: ServerOptions): PostgresServer {
  const user = unprivilegedUser()
  let programs: PostgresPrograms
  const own = ownServer({
    kind: 'postgres',
    prepare(folder) {
      if (user !== undefined) chownSync(folder, user.uid, user.gid)
      programs = programsFor(user, folder)
      initialise(programs.initdb, folder, user)
    },
    program: (folder, port) => ({
      file: programs.postgres,
      args: ['-D', dataIn(folder), ...Object.entries({ ...defaults, port, ...settings }).flatMap(asArgument)],
      folder,
      user,
    }),
    lastSignal: 'QUIT',
  })
  const stop = (mode: StopMode = 'fast') => own.end(running => running.signal(stopSignals[mode]))
  const config = {
    ...account,
    host: '127.0.0.1',
    get port() {
      return own.port
    },
  }
  return {
    isGiven: false,
    ...account,
    host: config.host,
    config,
    get url() {
      return `postgres://${account.user}:${account.password}@${config.host}:${own.port}/${account.database}`
    },
    get port() {
      return own.port
    },
    start: own.start,
    stop,
    async restart() {
      await stop()
      await own.start()
    },
    crash: () => own.upset(({ pid }) => killChild(pid, 'checkpointer')),
    kill: () => own.end(({ pid }) => killTree(pid)),
    close: own.close,
    [Symbol.asyncDispose]: own.close,
  }
}

// PostgreSQL refuses to run as root; this is "nobody" everywhere.
function unprivilegedUser(): ProgramUser | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
}

function initialise(initdb: string, folder: string, user: ProgramUser | undefined): void {
  const passwordFile = path.join(folder, 'password')
  writeFileSync(passwordFile, account.password)
  const { status, error, stderr } = spawnSync(
    initdb,
    [
      ['--pgdata', dataIn(folder)],
      ['--username', account.user, '--auth', 'scram-sha-256', '--pwfile', passwordFile],
      ['--locale', 'C', '--encoding', 'UTF8', '--wal-segsize', '1', '--no-sync'],
    ].flat(),
    { ...user, cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  )
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`)
}

function dataIn(folder: string): string {
  return path.join(folder, 'data')
}

function asArgument([name, value]: [string, string | number]): string[] {
  return ['-c', `${name}=${value}`]
}
