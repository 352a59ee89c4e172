import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { describe } from 'vitest'

/** By all names that a program has: Debian calls Alertmanager otherwise than its authors do. */
const programs = {
  promtool: ['promtool'],
  prometheus: ['prometheus'],
  amtool: ['amtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
} as const

export type ProgramName = keyof typeof programs

const found = Object.entries(programs).map(([name, files]) => [name, files.find(runs)] as const)
const fileOf = new Map<string, string | undefined>(found)
const missing = found.filter(([, file]) => file === undefined).map(([name]) => name)
if (missing.length > 0) {
  const problem = `${missing.join(', ')} cannot be run; scripts/install-servers.sh installs what is missing`
  if (process.env['HOLDFAST_REQUIRE_SERVERS'] === '1') throw new Error(problem)
  process.stderr.write(`skipped: tests of dashboards and alerts, because ${problem}\n`)
}

/** A suite that needs these programs; skipped where they are not. */
export function describeWith(names: readonly ProgramName[], title: string, body: () => void): void {
  describe.skipIf(names.some(name => missing.includes(name)))(title, body)
}

/** What a program is called here. */
export function programFile(name: ProgramName): string {
  return fileOf.get(name) ?? name
}

/** Runs a program to its end; what it prints, and whether it was content. */
export function run(name: ProgramName, ...args: readonly string[]): { isOk: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(programFile(name), args, { encoding: 'utf8' })
  return { isOk: status === 0, output: stdout + stderr }
}

function runs(file: string): boolean {
  return spawnSync(file, ['--version']).status === 0
}
