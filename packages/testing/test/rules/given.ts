import { type Call, isHoldfastError, type RunOptions } from '@holdfast/core'

/** What `run` takes besides an operation. */
export type Given = RunOptions | Call | undefined

export const isCall = (given: Given): given is Call => given !== undefined && 'attempt' in given

export const isAborted = (given: Given): boolean => given?.signal?.aborted === true

export const isTimeout = (error: unknown): boolean => isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT')
