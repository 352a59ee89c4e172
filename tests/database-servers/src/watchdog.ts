import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'

export interface Watchdog {
  /** Ends the server if it still runs, and removes the folder. */
  bite(): Promise<void>
}

// The end of stdin is the end of this process, however it came about. Only then may the folder go.
const script = `
  PATH="$PATH:/usr/bin:/bin"
  cat > /dev/null
  if [ -f "$1/pid" ]; then
    pid=$(cat "$1/pid")
    kill -CONT "$pid"
    kill -"$2" "$pid"
    tries=100
    while [ $tries -gt 0 ] && kill -0 "$pid"; do
      tries=$((tries - 1))
      sleep 0.1
    done
  fi
  rm -rf "$1"
`

/**
 * Ends the server whose process id is in the file `pid` of the folder when this process ends, also when it is killed: a
 * server that outlives its tests would keep its port and its memory for ever.
 */
export function watchdog(folder: string, signal: string): Watchdog {
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', folder, signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  const stdin = shell.stdin as Socket // What `spawn` makes of a pipe; left alone, it keeps the process alive.
  stdin.unref()
  return {
    async bite() {
      shell.ref()
      const ended = once(shell, 'exit')
      stdin.end()
      await ended
    },
  }
}
