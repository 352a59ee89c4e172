import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { describeWith, run } from './programs.ts'
import { alerts } from './rules.ts'
import { shipped } from './shipped.ts'
import { type RunningServer, startServer } from './start-server.ts'

interface Message {
  readonly channel: string
  readonly attachments: readonly { readonly title: string; readonly text: string }[]
}

interface ToldAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly state: 'unprocessed' | 'active' | 'suppressed' }
}

const configFile = shipped('alertmanager/alertmanager.yml')

describeWith(['amtool'], 'the configuration of Alertmanager', () => {
  test('is one', () => {
    expect(run('amtool', 'check-config', configFile)).toMatchObject({ isOk: true })
  })

  test.each([
    ['severity=page', 'slack-pages'],
    ['severity=ticket', 'slack-tickets'],
    ['severity=none', 'slack-tickets'],
  ])('sends %s to %s', (label, receiver) => {
    const { output } = run('amtool', 'config', 'routes', 'test', `--config.file=${configFile}`, label, 'job=shop')

    expect(output.split('\n')[0]).toBe(receiver)
  })
})

describeWith(['alertmanager'], 'an Alertmanager in an outage', () => {
  const jobs = ['shop', 'cart', 'search', 'mail', 'login', 'admin', 'feeds', 'stats']
  const pipelines = ['catalogue', 'stock', 'prices', 'reviews', 'images']
  const messages: Message[] = []
  let slack: Server
  let secrets: string
  let alertmanager: RunningServer

  beforeAll(async () => {
    slack = createServer((request, response) => void keep(request).then(() => response.end('ok')))
    await once(slack.listen(0, '127.0.0.1'), 'listening')
    secrets = mkdtempSync(join(tmpdir(), 'holdfast-slack-'))
    const webhook = join(secrets, 'webhook-url')
    writeFileSync(webhook, `http://127.0.0.1:${(slack.address() as AddressInfo).port}/`)
    alertmanager = await startServer('alertmanager', {
      config: configWith(webhook),
      args: folder => [`--storage.path=${folder}`, '--cluster.listen-address='],
    })
    // Everything that can fire does, in each service and for each of its dependencies. Only the catalogue of the shop is well,
    // and its fallback is in use for another reason.
    const outage = jobs
      .flatMap(job => pipelines.map(pipeline => ({ job, pipeline })))
      .filter(({ job, pipeline }) => job !== 'shop' || pipeline !== 'catalogue')
      .flatMap(where => alerts.map(({ alert, labels }) => alertOf(alert, { ...where, ...labels })))
    await post([
      ...outage,
      alertOf('HoldfastFallbackInUse', { job: 'shop', pipeline: 'catalogue', severity: 'ticket' }),
    ])
    await vi.waitFor(() => expect(messages.length).toBeGreaterThanOrEqual(1 + jobs.length), { timeout: 30_000 })
  }, 90_000)
  afterAll(async () => {
    await alertmanager[Symbol.asyncDispose]()
    slack.closeAllConnections()
    slack.close()
    rmSync(secrets, { recursive: true })
  })

  test('sends one page for all services', () => {
    const pages = messages.filter(({ channel }) => channel === '#incidents')

    expect(pages.map(({ attachments }) => attachments[0]?.title)).toEqual(['FIRING (39): HoldfastErrorBudgetBurnFast'])
  })

  test('says in the page what is the matter, and where to read on', () => {
    const page = messages.find(({ channel }) => channel === '#incidents')

    expect(page?.attachments[0]?.text).toContain(
      '*cart: stock HoldfastErrorBudgetBurnFast* (<docs/runbooks.md|runbook>)\nWhat that means.\n',
    )
  })

  test('sends one message with tickets for each service', () => {
    const tickets = messages.filter(({ channel }) => channel === '#service-tickets')

    const services = tickets.map(({ attachments }) => attachments[0]?.title.split(' of ')[1])

    expect(services).toHaveLength(jobs.length)
    expect(new Set(services)).toEqual(new Set(jobs))
  })

  test('leaves out the symptoms of what has been told', async () => {
    const told = await get<ToldAlert[]>('alerts')

    const names = (state: string): string[] => {
      const inState = told.filter(({ labels, status }) => labels['job'] === 'cart' && status.state === state)
      return [...new Set(inState.map(({ labels }) => labels['alertname'] ?? ''))].toSorted()
    }

    expect(names('suppressed')).toEqual([
      'HoldfastBulkheadSaturated',
      'HoldfastErrorBudgetBurnSlow',
      'HoldfastFallbackInUse',
      'HoldfastLateWork',
      'HoldfastRetryStorm',
    ])
    expect(names('active')).toEqual([
      'HoldfastCircuitOpen',
      'HoldfastErrorBudgetBurnFast',
      'HoldfastTelemetryAbsent',
      'HoldfastTelemetryOverflow',
    ])
  })

  test('tells of the same symptom where it has another cause', () => {
    const ofShop = messages.find(({ attachments }) => attachments[0]?.title.endsWith(' of shop'))

    expect(ofShop?.attachments[0]?.text).toContain('*shop: catalogue HoldfastFallbackInUse*')
    expect(ofShop?.attachments[0]?.text).not.toContain('*shop: stock HoldfastFallbackInUse*')
  })

  async function keep(request: IncomingMessage): Promise<void> {
    messages.push(JSON.parse(await text(request)) as Message)
  }

  async function post(body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
  }

  async function get<Data>(path: string): Promise<Data> {
    return (await (await fetch(`${alertmanager.url}/api/v2/${path}`)).json()) as Data
  }
})

/** The shipped configuration with another webhook, and without the half minute in which the symptoms gather. */
function configWith(webhook: string): string {
  const shortened = readFileSync(configFile, 'utf8').replace(/group_wait: \d+s/g, 'group_wait: 1s')
  const config = parse(shortened) as { global: { slack_api_url_file: string } }
  return stringify({ ...config, global: { ...config.global, slack_api_url_file: webhook } })
}

function alertOf(alertname: string, { pipeline, job = '', ...labels }: Readonly<Record<string, string>>): unknown {
  return {
    labels: { alertname, job, holdfast_pipeline_name: pipeline, ...labels },
    annotations: {
      summary: `${job}: ${pipeline} ${alertname}`,
      description: 'What that means.',
      runbook_url: 'docs/runbooks.md',
    },
  }
}
