import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import process from 'node:process'
import type { Goal, Question, Row } from './question.ts'

/** Where and when something was measured. */
export interface Host {
  readonly node: string
  readonly machine: string
  /** Such as 2026-11-22. */
  readonly date: string
}

export interface Result {
  readonly question: string
  readonly host: Host
  readonly goals: readonly Goal[]
  readonly rows: readonly Row[]
}

/** What the last run found; not committed. */
export const results = new URL('../../results/', import.meta.url)
/** The committed set, from which the documentation is made. */
export const reference = new URL('../../reference/', import.meta.url)

export function resultOf(question: Question, rows: readonly Row[]): Result {
  const [cpu] = cpus()
  const host: Host = {
    node: process.version,
    machine: `${process.platform} ${process.arch}, ${cpus().length} cores${cpu ? `, ${cpu.model.trim()}` : ''}`,
    date: new Date().toISOString().slice(0, 10),
  }
  return { question: question.name, host, goals: question.goalsOf(rows), rows }
}

export async function writeResult(folder: URL, result: Result): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(new URL(`${result.question}.json`, folder), `${JSON.stringify(result, rounded, 2)}\n`)
}

export async function readResult(folder: URL, question: string): Promise<Result> {
  return JSON.parse(await readFile(new URL(`${question}.json`, folder), 'utf8'), revived) as Result
}

/** JSON has no NaN. */
function revived(_: string, value: unknown): unknown {
  return value === null ? Number.NaN : value
}

/** Four digits are more than a machine can repeat. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
