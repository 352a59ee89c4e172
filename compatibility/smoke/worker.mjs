// The suite as a worker, where requests and timers exist within an event only.
import { bulkhead } from 'holdfast'
import { after, check, equals } from './check.mjs'
import { runSuite } from './suite.mjs'

// Made once for all requests, as the READMEs have it. Who waits must have a timer of its own: a request with nothing left that
// could wake it is ended by the runtime.
const slots = bulkhead({ maxConcurrent: 1, maxQueued: 2, maxWaitMs: 10_000 })

export default {
  fetch: async () => new Response(await slots.run(() => after(5).then(() => 'served'))),

  test: (_, { SERVER, RUN, SELF }) =>
    runSuite(SERVER, RUN, [
      check('requests wait for one another in a bulkhead that they share', async () => {
        const answers = await Promise.all([1, 2, 3].map(() => SELF.fetch('http://worker/')))

        equals(await Promise.all(answers.map(answer => answer.text())), ['served', 'served', 'served'])
      }),
    ]),
}
