import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { documentedJestSettings } from '../documented-settings.mjs'
import { output } from '../row.mjs'
import { folderOf } from '../tools.mjs'

/** @typedef {import('../row.mjs').Row} Row */

const body = `test('a call is repeated', async () => {
  let attempts = 0
  const policy = pipeline(retry({ backoff: () => 0 }))

  const answer = await policy.run(() => {
    attempts += 1
    if (attempts === 1) throw new Error('once')
    return typeof resilientFetch()
  })

  expect([answer, attempts]).toEqual(['function', 2])
})
`
const imports = `import { expect, test } from '@jest/globals'
import { pipeline, retry } from 'holdfast'
import { resilientFetch } from '@holdfast/fetch'
`
const requires = `const { pipeline, retry } = require('holdfast')
const { resilientFetch } = require('@holdfast/fetch')
`
const { babel, tsJest } = documentedJestSettings()
const tsconfig = { compilerOptions: { module: 'nodenext', isolatedModules: true, strict: true, types: [] } }

/** @param {string} version of Jest @returns {Row[]} */
export function jest(version) {
  const name = `Jest ${version}`
  const withTypes = { 'retry.test.ts': imports + body, 'tsconfig.json': JSON.stringify(tsconfig) }
  const asModule = { 'retry.test.mjs': imports + body }
  return [
    { name, what: 'Babel, as documented', results: suite('jest-babel', babel, { 'retry.test.js': requires + body }) },
    { name, what: 'Babel, import', results: suite('jest-import', babel, { 'retry.test.js': imports + body }) },
    { name, what: 'ts-jest, as documented', results: suite('jest-ts', tsJest, withTypes) },
    {
      name,
      what: 'ES modules, as documented',
      results: suite('jest-esm', { transform: {} }, asModule, '--experimental-vm-modules'),
    },
  ]
}

/**
 * @param {string} directory
 * @param {object} settings of Jest
 * @param {Record<string, string>} files
 * @param {string} [nodeOption]
 * @returns {Row['results']}
 */
function suite(directory, settings, files, nodeOption = '') {
  return async ({ project }) => {
    const cwd = join(project, directory)
    await mkdir(cwd)
    await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(cwd, 'node_modules'))
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ jest: settings }))
    for (const [file, text] of Object.entries(files)) await writeFile(join(cwd, file), text)

    const env = { ...process.env, NODE_OPTIONS: nodeOption }
    const { code, output: printed } = await output(process.execPath, [join(folderOf('jest'), 'bin/jest.js')], {
      cwd,
      env,
    })
    return [{ title: 'passes', problem: code === 0 ? undefined : printed }]
  }
}
