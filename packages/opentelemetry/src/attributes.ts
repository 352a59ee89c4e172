import type { PolicyEvent } from '@holdfast/core'
import type { Attributes } from '@opentelemetry/api'

export const POLICY_NAME = 'holdfast.policy.name'
export const POLICY_KIND = 'holdfast.policy.kind'
export const PIPELINE_NAME = 'holdfast.pipeline.name'
export const OUTCOME = 'holdfast.outcome'
export const ERROR_TYPE = 'error.type'

/** What OpenTelemetry's SDKs put in place of the attributes that are too many. */
export const OVERFLOW: Attributes = { 'otel.metric.overflow': true }

/** Who speaks. The pipeline is left out where it is the policy itself that was run. */
export function policyAttributes({ policy, pipeline }: Pick<PolicyEvent, 'policy' | 'pipeline'>): Attributes {
  const attributes: Attributes = { [POLICY_NAME]: policy.name, [POLICY_KIND]: policy.kind }
  if (pipeline !== undefined) attributes[PIPELINE_NAME] = pipeline
  return attributes
}

/** Milliseconds as the seconds that OpenTelemetry measures in. */
export const seconds = (ms: number): number => ms / 1_000
