export { countCollected } from './garbage.ts'
export {
  type FlakyOptions,
  flaky,
  hangs,
  type OperationCall,
  type OperationOptions,
  type RecordedOperation,
  rejects,
  resolves,
  returns,
  type Step,
  type StepOptions,
  scripted,
  throws,
} from './operations.ts'
export { type Recording, record } from './recorder.ts'
export { type PolicyRule, policyRules } from './rules/policy-rules.ts'
export type { RuleOptions, RuleRejection, RuleSubject } from './rules/subject.ts'
export type { Schedule } from './schedule.ts'
export { type ExploreOptions, exploreSchedules } from './schedule-explorer.ts'
export { seededRandom } from './seeded-random.ts'
export { unhandledRejectionsOf } from './unhandled-rejections.ts'
export { type VirtualClock, virtualClock } from './virtual-clock.ts'
