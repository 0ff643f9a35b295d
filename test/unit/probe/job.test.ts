import { describe, expect, test } from 'vitest'
import { jobName, probeJob } from '../../../src/probe/job.ts'

interface Spec {
  activeDeadlineSeconds: number
  backoffLimit: number
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
    }
  }
}

const make = (node?: string) => {
  const options = {
    runId: 'abc',
    namespace: 'shop',
    service: 'web',
    image: 'node:24',
    command: ['node'],
    maxRunSeconds: 7,
  }
  const job = probeJob(node === undefined ? options : { ...options, node })
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
    const { spec } = make('node1').spec.template
    expect(spec.nodeName).toBeUndefined()
    expect(JSON.stringify(spec.affinity)).toContain(
      '{"key":"metadata.name","operator":"In","values":["node1"]}',
    )
  })
})
