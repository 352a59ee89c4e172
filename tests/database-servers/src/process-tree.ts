import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'

/** Kills a process and its children, none of which gets to say anything, and resolves when all are gone. */
export async function killTree(parent: number): Promise<void> {
  // A parent that runs on would replace the children as they die.
  process.kill(parent, 'SIGSTOP')
  const all = [...childrenOf(parent), parent]
  for (const pid of all) kill(pid)
  while (!all.every(hasEnded)) await setTimeout(2)
}

/** Kills the child of a process that calls itself so. */
export function killChild(parent: number, title: string): void {
  const child = childrenOf(parent).find(pid => titleOf(pid).includes(title))
  if (child === undefined) throw new Error(`the process ${parent} has no child "${title}"`)
  process.kill(child, 'SIGKILL')
}

function titleOf(pid: number): string {
  return process.platform === 'linux'
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    : spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout
}

function childrenOf(pid: number): number[] {
  const list =
    process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout
  return list.split(/\s+/).filter(Boolean).map(Number)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

function hasEnded(pid: number): boolean {
  try {
    // What nobody has waited for yet is listed still, but holds nothing any more.
    if (process.platform === 'linux') return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}
