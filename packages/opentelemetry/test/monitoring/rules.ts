import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { shipped } from './shipped.ts'

interface Recorded {
  readonly record: string
  readonly alert?: never
  readonly expr: string
}

export interface Alert {
  readonly record?: never
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

type Rule = Recorded | Alert

export const rulesFile: string = shipped('prometheus/holdfast.rules.yml')

const { groups } = parse(readFileSync(rulesFile, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] }

export const rules: readonly Rule[] = groups.flatMap(group => group.rules)

export const alerts: readonly Alert[] = rules.filter(rule => rule.alert !== undefined)
