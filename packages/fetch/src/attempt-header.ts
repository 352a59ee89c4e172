/** Tells a server which attempt this is, from 1. */
export const ATTEMPT_HEADER = 'holdfast-attempt'
