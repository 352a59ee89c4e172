import type { Socket } from 'node:net'

/** Closes a socket with an RST, where it can. */
export function reset(socket: Socket): void {
  // What has sent a FIN cannot send an RST, and trying it leaves the socket open.
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
