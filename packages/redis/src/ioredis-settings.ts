/**
 * What a client of ioredis must, or should, be made with: `new Redis({ ...ioredisSettings, host })`. Commands whose answer was
 * lost are not sent again by ioredis, and the wait for a connection is bounded by the limits of the policies alone.
 */
export const ioredisSettings: {
  readonly autoResendUnfulfilledCommands: false
  readonly maxRetriesPerRequest: null
} = /* @__PURE__ */ Object.freeze({ autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null })
