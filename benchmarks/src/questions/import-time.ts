import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { median } from '../harness/statistics.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What a process does to find out: it imports, and prints the milliseconds. Nothing else is loaded before. */
const program = (specifier: string): string => `
  const startMs = performance.now()
  await import(${JSON.stringify(specifier)})
  console.log(performance.now() - startMs)
`

/**
 * Milliseconds of each import in a process of its own, in turns: the median of `processes` of them. A round before is for
 * the cache of the disk.
 */
export function importTimes(specifiers: ReadonlyMap<string, string>, processes: number): Map<string, number> {
  const times = new Map([...specifiers.keys()].map(subject => [subject, [] as number[]]))
  for (let round = 0; round <= processes; round++) {
    for (const [subject, specifier] of specifiers) {
      const timeMs = importTime(specifier)
      if (round > 0) times.get(subject)?.push(timeMs)
    }
  }
  return new Map([...times].map(([subject, taken]) => [subject, median(taken)]))
}

/** Without the flags of this process: the packages are imported as they are published. */
export function importTime(specifier: string): number {
  const args = ['--input-type=module', '--eval', program(specifier)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${specifier} cannot be imported: ${stderr}`)
  return Number(stdout)
}
