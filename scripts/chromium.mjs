import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/**
 * The browser that the environment names in CHROMIUM, or else the first on the PATH.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const { CHROMIUM: named, PATH = '' } = process.env
  const folders = PATH.split(delimiter)
  const files = ['chromium', 'google-chrome'].flatMap(name => folders.map(folder => join(folder, name)))
  return named || files.find(isExecutable)
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
