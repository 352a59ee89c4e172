import { policyRules } from '@holdfast/testing'
import { describe, it } from 'vitest'
import { faultless } from './faultless.ts'

describe.each(Object.entries(faultless))('%s', (_, subject) => {
  it.each(policyRules(subject))('$title', ({ check }) => check())
})
