import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/service/config.ts'
import { container, manifests, mistakes, pod, probes } from './manifests.ts'

/** The default of `lifecycle`. */
const CHECK_TIMEOUT_MS = 500

const folder = fileURLToPath(new URL('..', import.meta.url))

/** The service as the manifest starts it. */
const config = readConfig(
  Object.fromEntries(container.env.map(({ name, value }) => [name, value ?? 'postgres://from-a-secret'])),
)

describe('manifest', () => {
  it('is YAML without mistakes', () => {
    expect(mistakes).toEqual([])
  })

  it('sets no variable that the service does not know', () => {
    const source = readFileSync(join(folder, 'src/service/config.ts'), 'utf8')

    expect(container.env.map(({ name }) => name).filter(name => !source.includes(`'${name}'`))).toEqual([])
  })

  it('lets the service end in order before the kernel ends it', () => {
    const { drainDelayMs, graceMs, closeMs } = config

    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drainDelayMs + graceMs + closeMs)
  })

  it('probes the ports and paths of the service', () => {
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]))

    expect(ports).toEqual({ http: config.port, metrics: config.metricsPort })
    expect(Object.values(probes).map(({ httpGet }) => httpGet)).toEqual([
      { path: '/startupz', port: 'http' },
      { path: '/livez', port: 'http' },
      { path: '/readyz', port: 'http' },
    ])
    expect(manifests.service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http'])
    expect(manifests.deployment.spec.template.metadata.annotations['prometheus.io/port']).toBe(
      String(config.metricsPort),
    )
  })

  it('waits longer for an answer of readiness than a check may take', () => {
    expect((probes.readiness.timeoutSeconds ?? 1) * 1_000).toBeGreaterThan(CHECK_TIMEOUT_MS)
  })

  it('replaces a pod only when another one is ready', () => {
    expect(manifests.deployment.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 })
    expect(manifests.disruptionBudget.spec.maxUnavailable).toBeLessThan(manifests.deployment.spec.replicas)
  })

  it('opens no more connections during a rollout than a PostgreSQL has by default', () => {
    const { replicas, strategy } = manifests.deployment.spec
    const pods = replicas + strategy.rollingUpdate.maxSurge

    expect(pods * config.databaseConnections).toBeLessThan(97)
  })

  it('speaks of the same pods everywhere', () => {
    const { selector, template } = manifests.deployment.spec

    expect([
      selector.matchLabels,
      manifests.service.spec.selector,
      manifests.disruptionBudget.spec.selector.matchLabels,
    ]).toEqual(Array.from({ length: 3 }, () => template.metadata.labels))
  })

  it('gives the service no right that it does not need', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.resources.limits).toHaveProperty('memory')
  })
})

describe('Dockerfile', () => {
  const stages = readFileSync(join(folder, 'Dockerfile'), 'utf8').split(/^(?=FROM )/m)
  const image = stages.at(-1) ?? ''
  const argumentsOf = (word: string): string[] =>
    [...image.matchAll(new RegExp(`^${word} (.+)$`, 'gm'))].map(([, text = '']) => text)

  it('runs as the user that the manifest names, who is not root', () => {
    const { runAsUser, runAsGroup } = pod.securityContext

    expect(argumentsOf('USER')).toEqual([`${runAsUser}:${runAsGroup}`])
    expect(runAsUser).toBeGreaterThan(0)
  })

  it('starts Node itself, without a shell in between', () => {
    const [command = ''] = argumentsOf('ENTRYPOINT')

    expect(JSON.parse(command)).toEqual(['node', 'src/service.ts'])
    expect(argumentsOf('CMD')).toEqual([])
  })

  it('copies what there is, and all that the service imports', () => {
    const copied = argumentsOf('COPY').flatMap(text =>
      [...text.matchAll(/ \/service\/(\S+)/g)].map(([, path = '']) => path),
    )

    expect(copied).toEqual(['package.json', 'node_modules', 'src/service.ts', 'src/service'])
    expect(copied.filter(path => !existsSync(join(folder, path)))).toEqual([])
  })

  it('leaves out nothing that the service imports', () => {
    const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: object }
    const sources = globSync(['src/service.ts', 'src/service/*.ts'], { cwd: folder })
    const imported = sources
      .flatMap(source => [...readFileSync(join(folder, source), 'utf8').matchAll(/ from '((?:@[^/']+\/)?[^/']+)/g)])
      .map(([, name = '']) => name)
      .filter(name => !name.startsWith('.') && !name.startsWith('node:'))

    expect(imported).not.toEqual([])
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(imported))
  })

  it('exposes the ports of the service', () => {
    expect(argumentsOf('EXPOSE')).toEqual([`${config.port} ${config.metricsPort}`])
  })
})
