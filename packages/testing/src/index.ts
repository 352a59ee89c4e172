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
export { seededRandom } from './seeded-random.ts'
export { type VirtualClock, virtualClock } from './virtual-clock.ts'
