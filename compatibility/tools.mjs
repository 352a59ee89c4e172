import { existsSync } from 'node:fs'
import { arch } from 'node:process'
import { fileURLToPath } from 'node:url'

/** A program that comes with the dependencies of this folder. @param {string} name */
export function bin(name) {
  return fileURLToPath(new URL(`node_modules/.bin/${name}`, import.meta.url))
}

/** Where a dependency of this folder is. @param {string} name */
export function folderOf(name) {
  return fileURLToPath(new URL(`node_modules/${name}/`, import.meta.url))
}

/** A release of Node, if there is one for this machine. @param {string} version */
export function nodeOf(version) {
  const file = `${folderOf(`node-${version}-${arch}`)}bin/node`
  return existsSync(file) ? file : undefined
}
