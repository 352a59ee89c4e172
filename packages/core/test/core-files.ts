import process from 'node:process'

const onDist = process.env['HOLDFAST_DIST'] === '1'

/** Where the package under test is: its sources, or what users install. */
export const coreFolder = new URL(onDist ? '../dist/' : '../src/', import.meta.url)

/** The file of an entry point. */
export function entryFile(entry: 'index' | 'kernel'): string {
  return `${entry}.${onDist ? 'js' : 'ts'}`
}
