import { describe, expect, test } from 'vitest'
import { jobName, type JobOptions, probeJob } from '../../../../../../src/probe/run/clients/pods/job.ts'

interface Spec {
  activeDeadlineSeconds: number
  backoffLimit: number
  backoffLimitPerIndex?: number
  completionMode: string
  completions: number
  parallelism: number
  ttlSecondsAfterFinished: number
  template: {
    metadata: { labels: Record<string, string>; annotations: Record<string, string> }
    spec: {
      automountServiceAccountToken: boolean
      affinity?: object
      restartPolicy: string
      securityContext: object
      containers: { image: string; command: string[]; securityContext: object; resources: object }[]
      nodeName?: string
      hostNetwork?: boolean
      topologySpreadConstraints?: object[]
    }
  }
}

const make = (more: Partial<JobOptions> = {}) => {
  const job = probeJob({
    runId: 'abc',
    namespace: 'shop',
    target: 'service/web',
    clients: 1,
    image: 'node:24',
    command: ['node'],
    maxRunSeconds: 7,
    ...more,
  })
  return { job, spec: job.spec as Spec }
}

describe('the Job of a probe', () => {
  test('ends by itself, retries nothing, and is found by its labels', () => {
    const { job, spec } = make()
    expect(job.metadata).toStrictEqual({
      name: jobName('abc'),
      namespace: 'shop',
      labels: { 'app.kubernetes.io/managed-by': 'kubectl-affinity', 'affinity.kubectl.dev/run': 'abc' },
      annotations: { 'affinity.kubectl.dev/target': 'service/web' },
    })
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 307, ttlSecondsAfterFinished: 60 })
    expect(spec.template.metadata.labels).toMatchObject(job.metadata.labels ?? {})
  })

  test('meets the restricted standard and mounts no token', () => {
    const { spec } = make().spec.template
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(spec.containers).toHaveLength(1)
    expect(spec.containers[0]!.securityContext).toStrictEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('keeps sidecars of meshes out', () => {
    const { metadata } = make().spec.template
    expect(metadata.labels).toMatchObject({ 'sidecar.istio.io/inject': 'false' })
    expect(metadata.annotations).toMatchObject({ 'linkerd.io/inject': 'disabled' })
  })

  test('asks the scheduler for a node and does not go round it', () => {
    expect(make().spec.template.spec.affinity).toBeUndefined()
    const { spec } = make({ node: 'node1' }).spec.template
    expect(spec.nodeName).toBeUndefined()
    expect(JSON.stringify(spec.affinity)).toContain(
      '{"key":"metadata.name","operator":"In","values":["node1"]}',
    )
  })

  test('numbers its clients, and one that fails does not end the others', () => {
    expect(make().spec).toMatchObject({ completionMode: 'Indexed', completions: 1, parallelism: 1 })
    expect(make().spec.backoffLimitPerIndex).toBeUndefined()
    expect(make({ clients: 7 }).spec).toMatchObject({
      completionMode: 'Indexed',
      completions: 7,
      parallelism: 7,
      backoffLimit: 7,
      backoffLimitPerIndex: 0,
    })
  })

  test('spreads its clients over the nodes, and uses their network, only when asked to', () => {
    const plain = make().spec.template.spec
    expect(plain.hostNetwork).toBeUndefined()
    expect(plain.topologySpreadConstraints).toBeUndefined()
    const { hostNetwork, topologySpreadConstraints } = make({ spreadNodes: true, hostNetwork: true }).spec
      .template.spec
    expect(hostNetwork).toBe(true)
    expect(topologySpreadConstraints).toMatchObject([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { 'affinity.kubectl.dev/run': 'abc' } },
      },
    ])
  })
})
