import { fileURLToPath } from 'node:url'

/** Where a file is that the package ships. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
