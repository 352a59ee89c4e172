import { DataPointType } from '@opentelemetry/sdk-metrics'
import { expect, it } from 'vitest'
import { measured } from './measured.ts'
import { Scenario } from './monitoring/scenario.ts'

const HISTOGRAM = 'histogram'
const COUNTER = 'counter'
const UP_DOWN_COUNTER = 'up-down counter'
const GAUGE = 'gauge'

/** What the documentation promises. */
const promised: readonly (readonly [name: string, unit: string, type: string])[] = [
  ['holdfast.call.duration', 's', HISTOGRAM],
  ['holdfast.attempt.duration', 's', HISTOGRAM],
  ['holdfast.call.attempts', '{attempt}', HISTOGRAM],
  ['holdfast.retries', '{retry}', COUNTER],
  ['holdfast.retry.completions', '{call}', COUNTER],
  ['holdfast.retry.budget.remaining', '{retry}', GAUGE],
  ['holdfast.circuit.state', '{circuit}', UP_DOWN_COUNTER],
  ['holdfast.circuit.transitions', '{transition}', COUNTER],
  ['holdfast.rejections', '{call}', COUNTER],
  ['holdfast.bulkhead.active', '{call}', UP_DOWN_COUNTER],
  ['holdfast.bulkhead.queued', '{call}', UP_DOWN_COUNTER],
  ['holdfast.bulkhead.limit', '{call}', UP_DOWN_COUNTER],
  ['holdfast.bulkhead.wait.duration', 's', HISTOGRAM],
  ['holdfast.bulkhead.reclaims', '{slot}', COUNTER],
  ['holdfast.timeouts', '{timeout}', COUNTER],
  ['holdfast.timeout.late.duration', 's', HISTOGRAM],
  ['holdfast.fallbacks', '{fallback}', COUNTER],
  ['holdfast.keyed.evictions', '{policy}', COUNTER],
  ['holdfast.keyed.overflows', '{call}', COUNTER],
]

it('has the promised instruments, with their units and types, each with a description, and no others', async () => {
  const metrics = measured()
  const scenario = new Scenario()

  await scenario.play()
  const told = await metrics.read()

  const instruments = told.map(metric => {
    const isUpDown = metric.dataPointType === DataPointType.SUM && !metric.isMonotonic
    const types = { [DataPointType.HISTOGRAM]: HISTOGRAM, [DataPointType.GAUGE]: GAUGE, [DataPointType.SUM]: COUNTER }
    const type = isUpDown ? UP_DOWN_COUNTER : types[metric.dataPointType as keyof typeof types]
    return [metric.descriptor.name, metric.descriptor.unit, type] as const
  })
  expect(new Set(instruments)).toEqual(new Set(promised))
  expect(told.filter(({ descriptor }) => !/^[A-Z].+\.$/.test(descriptor.description))).toEqual([])
})
