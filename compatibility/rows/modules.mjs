import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Missing, output } from '../row.mjs'
import { nodeOf } from '../tools.mjs'

const program = `const { retry, pipeline } = require('holdfast')
const { resilientFetch } = require('@holdfast/fetch')
const esm = import('holdfast')
pipeline(retry()).run(() => typeof resilientFetch()).then(async type => console.log(type, (await esm).retry === retry))
`

/** A CommonJS module gets the very same functions, without a word. @param {string} version @returns {import('../row.mjs').Row} */
export function required(version) {
  return {
    name: `Node ${version}`,
    what: 'require() from CommonJS',
    results: async ({ project }) => {
      const node = nodeOf(version)
      if (node === undefined) throw new Missing(`there is no Node ${version} for this machine`)
      await writeFile(join(project, 'required.cjs'), program)
      const { output: printed } = await output(node, ['required.cjs'], { cwd: project })
      const isAsDocumented = version === '22.12.0' ? isWarned(printed) : printed === 'function true\n'
      return [{ title: 'prints what it should', problem: isAsDocumented ? undefined : printed }]
    },
  }
}

/** The README of core says so of this release alone. @param {string} printed */
function isWarned(printed) {
  return printed.includes('ExperimentalWarning: CommonJS module') && printed.endsWith('function true\n')
}
