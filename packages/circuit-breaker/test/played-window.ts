import { type CircuitBreaker, type CircuitPermit, circuitBreaker, type Trip } from '@holdfast/circuit-breaker'
import { virtualClock } from '@holdfast/testing'
import { expect } from 'vitest'
import { NaiveCounts, type Strategy } from './naive-counts.ts'
import type { WindowStep } from './window-steps.ts'

const twentiethOf = (strategy: Strategy): number => (('windowMs' in strategy && strategy.windowMs) || 20) / 20

/** Plays steps on a breaker and on the plain lists of its strategies, and compares after each of them. */
export class PlayedWindow {
  /** How often it has opened. */
  opened = 0
  private readonly clock = virtualClock()
  private readonly breaker: CircuitBreaker
  private readonly naive: readonly NaiveCounts[]
  private readonly twentiethMs: number
  private running: { readonly permit: CircuitPermit | undefined; readonly sinceMs: number }[] = []

  constructor(trip: Trip, strategies: readonly Strategy[]) {
    this.breaker = circuitBreaker({ clock: this.clock, trip })
    this.naive = strategies.map(strategy => new NaiveCounts(strategy))
    this.twentiethMs = Math.max(...strategies.map(twentiethOf))
  }

  step(step: WindowStep): void {
    switch (step.does) {
      case 'pass':
        return this.clock.jump(Math.round(step.twentieths * this.twentiethMs) + step.ms)
      case 'begin':
        this.running.push({ permit: this.breaker.tryAcquire(), sinceMs: this.clock.nowMs() })
        return undefined
      case 'record':
        this.breaker.record(step.isFailure ? 'failure' : 'success')
        return this.compare(step.isFailure, this.clock.nowMs())
      case 'end':
        return this.end(step.which, step.isFailure)
      case 'close':
        return this.close()
    }
  }

  private end(which: number, isFailure: boolean): void {
    const [call] = this.running.splice(which % Math.max(1, this.running.length), 1)
    if (call === undefined) return
    call.permit?.[isFailure ? 'failure' : 'success']()
    this.compare(isFailure, call.sinceMs)
  }

  private compare(isFailure: boolean, sinceMs: number): void {
    const atMs = this.clock.nowMs()
    const verdicts = this.naive.map(counts => counts.record({ isFailure, tookMs: Math.max(0, atMs - sinceMs), atMs }))
    const allowed: string[] = []
    if (verdicts.some(verdict => verdict.has(true))) allowed.push('open')
    if (verdicts.every(verdict => verdict.has(false))) allowed.push('closed')
    expect(allowed).toContain(this.breaker.state)
    if (this.breaker.state === 'closed') return
    this.opened++
    this.close()
    // What began before it opened says nothing any more.
    for (const { permit } of this.running.splice(0)) permit?.failure()
  }

  private close(): void {
    this.breaker.close()
    for (const counts of this.naive) counts.clear()
  }
}
