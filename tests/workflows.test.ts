import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from './pages.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly steps: readonly Step[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const folder = join(root, '.github/workflows')
const files = readdirSync(folder)
const texts = new Map(files.map(file => [file, readFileSync(join(folder, file), 'utf8')] as const))
const workflows = [...texts].map(([file, text]) => [file, parse(text) as Workflow] as const)
const jobs = workflows.flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ where: `${file} ${name}`, job, workflow })),
)
const steps = jobs.flatMap(({ where, job }) => job.steps.map(step => ({ where, step })))

describe('workflows', () => {
  test('use actions by the hash of a commit, and say its version', () => {
    const uses = [...texts].flatMap(([file, text]) =>
      text
        .split('\n')
        .filter(line => /\buses:/.test(line))
        .map(line => `${file}: ${line.trim()}`),
    )

    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter(line => !/ uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  })

  test('use one version of each action', () => {
    const pins = new Map<string, Set<string>>()
    for (const text of texts.values())
      for (const [, action = '', pin = ''] of text.matchAll(/uses: ([^@\s]+)@(.+)$/gm))
        pins.set(action, (pins.get(action) ?? new Set()).add(pin))

    expect([...pins].filter(([, versions]) => versions.size > 1)).toEqual([])
  })

  test.each(workflows)('%s may read the sources and nothing else, but where a job says so', (_, { permissions }) => {
    expect(permissions).toEqual({ contents: 'read' })
  })

  test('leave no token behind with the sources', () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'))

    expect(checkouts.length).toBeGreaterThan(0)
    expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  test('end: every job has a time limit', () => {
    expect(jobs.filter(({ job }) => !Number.isInteger(job['timeout-minutes'])).map(({ where }) => where)).toEqual([])
  })

  test('do not pile up: every workflow has a concurrency group', () => {
    expect(workflows.filter(([, { concurrency }]) => concurrency === undefined).map(([file]) => file)).toEqual([])
  })

  test('give the code of a pull request neither secrets nor permissions', () => {
    const onPullRequests = jobs.filter(({ workflow }) => 'pull_request' in workflow.on)
    const trusted = onPullRequests.filter(
      ({ job }) => job.permissions !== undefined || /\bsecrets\b|github\.token/.test(JSON.stringify(job)),
    )

    expect(onPullRequests.length).toBeGreaterThan(0)
    expect(trusted.map(({ where }) => where)).toEqual([])
    expect(workflows.filter(([, workflow]) => 'pull_request_target' in workflow.on)).toEqual([])
  })

  test('install nothing where the registry trusts them', () => {
    const publishing = jobs.filter(({ job }) => job.permissions?.['id-token'] === 'write')
    const installing = publishing.filter(({ job }) =>
      job.steps.some(({ run = '' }) => /\b(?:npx|npm|pnpm|bootstrap)\b|\.ci\/run/.test(run)),
    )

    expect(publishing.length).toBeGreaterThan(0)
    expect(installing.map(({ where }) => where)).toEqual([])
  })

  test('put no expression into a script: what strangers write, such as a title, could be code', () => {
    const scripts = steps.filter(({ step }) => step.run?.includes('${{'))

    expect(scripts).toEqual([])
  })

  test('start the pnpm that the workspace starts', () => {
    const { devDependencies } = manifest
    const bootstrap = readFileSync(join(root, 'scripts/bootstrap.mjs'), 'utf8')
    const started = steps.flatMap(({ step: { run = '' } }) => [...run.matchAll(/\bpnpm@(\S+)/g)].map(([, it]) => it))

    expect(new Set(started)).toEqual(new Set([devDependencies['pnpm']]))
    expect(/pnpmVersion = '(.+)'/.exec(bootstrap)?.[1]).toBe(devDependencies['pnpm'])
  })

  test('call scripts that exist', () => {
    const called = steps.flatMap(({ where, step: { run = '' } }) =>
      [...run.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, script = '']) => ({ where, script })),
    )

    expect(called.length).toBeGreaterThan(0)
    expect(called.filter(({ script }) => !Object.hasOwn(manifest.scripts, script))).toEqual([])
  })
})
