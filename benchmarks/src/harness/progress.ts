import process from 'node:process'

/** Tells what is under way on one line of a terminal, and where there is none, line by line. */
export function progress(name: string): { readonly tell: (what: string) => void; readonly end: () => void } {
  const { stderr } = process
  if (!stderr.isTTY) return { tell: what => void stderr.write(`${name}: ${what}\n`), end: () => {} }
  return {
    tell: what => void stderr.write(`\r\u001B[2K${`${name}: ${what}`.slice(0, stderr.columns - 1)}`),
    end: () => void stderr.write('\r\u001B[2K'),
  }
}
