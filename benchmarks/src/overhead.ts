import { interleaved, type Measurement } from './interleaved.ts'
import { bare, questions } from './subjects.ts'

// A service has timers of the same duration under way; without one, each call would make and drop Node's list of them.
const parked = setInterval(() => setTimeout(() => {}, 1_000), 500)

console.log(`What a call costs above a bare \`await operation()\`, on Node ${process.version}.`)
console.log('An operation that resolves at once; fastest of 40 interleaved rounds; read the ratios.\n')
for (const { name, subjects } of questions) {
  const measurements = await interleaved(bare, subjects)
  console.log(name)
  const holdfast = measurements.get('holdfast')
  for (const [subject, measurement] of measurements)
    if (holdfast !== undefined) console.log(row(subject, measurement, holdfast))
}
clearInterval(parked)

function row(subject: string, { overNs, bytes }: Measurement, holdfast: Measurement): string {
  const ratio = `${(overNs / holdfast.overNs).toFixed(2)} × holdfast`
  return `  ${subject.padEnd(10)} ${ratio.padStart(18)} ${Math.round(overNs).toString().padStart(8)} ns ${Math.round(bytes).toString().padStart(7)} B`
}
