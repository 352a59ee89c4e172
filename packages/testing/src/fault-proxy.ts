export type { Direction } from './fault-proxy/conditions.ts'
export type { Faults, FaultyLink, Trap } from './fault-proxy/faults.ts'
export type {
  CutAfterOptions,
  CutAtOptions,
  CutOptions,
  DelayOptions,
  Ending,
  Place,
  SilenceOptions,
  ThrottleOptions,
} from './fault-proxy/options.ts'
export { type FaultProxy, type FaultProxyOptions, faultProxy, type ProxyTarget } from './fault-proxy/proxy.ts'
