import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
  readonly timeoutSeconds?: number
}

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[]
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly resources: { readonly requests: object; readonly limits: object }
  readonly securityContext: object
}

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number }
  readonly containers: readonly Container[]
}

type Labels = Readonly<Record<string, string>>

export interface Deployment {
  readonly spec: {
    readonly replicas: number
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } }
    readonly selector: { readonly matchLabels: Labels }
    readonly template: {
      readonly metadata: { readonly labels: Labels; readonly annotations: Labels }
      readonly spec: Pod
    }
  }
}

interface Service {
  readonly spec: { readonly selector: Labels; readonly ports: readonly { readonly targetPort: string }[] }
}

interface DisruptionBudget {
  readonly spec: { readonly maxUnavailable: number; readonly selector: { readonly matchLabels: Labels } }
}

const file = fileURLToPath(new URL('../k8s/orders.yaml', import.meta.url))
const documents = parseAllDocuments(readFileSync(file, 'utf8'))

/** YAML that cannot be read, such as a key that stands there twice. */
export const mistakes: readonly string[] = documents.flatMap(({ errors, warnings }) =>
  [...errors, ...warnings].map(({ message }) => message),
)

const [deployment, service, disruptionBudget, ...others] = documents.map(document => document.toJS() as unknown)
if (others.length > 0) throw new Error('there is more in the manifest than the tests look at')

export const manifests = {
  deployment: deployment as Deployment,
  service: service as Service,
  disruptionBudget: disruptionBudget as DisruptionBudget,
}

export const pod = manifests.deployment.spec.template.spec
export const container = pod.containers[0] as Container
export const probes = {
  startup: container.startupProbe,
  liveness: container.livenessProbe,
  readiness: container.readinessProbe,
}
