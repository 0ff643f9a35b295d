import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  Log,
  PatchStrategy,
  setHeaderOptions,
  V1Service,
  Watch,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Running } from '../support/program.ts'
import { startAffinity } from './support/executable.ts'

// Everything else that talks to the sandbox is either ours or kubectl. This client is somebody else's and reads all answers
// by the types of the API.
let sandbox: Running
const config = new KubeConfig()
const namespace = 'default'
const name = 'sample-clusterip'

beforeAll(async () => {
  sandbox = startAffinity(['sandbox'])
  await sandbox.printed(/^export KUBECONFIG=\S+\n/m, 'stdout')
  const [, path = ''] = /^export KUBECONFIG=(\S+)\n/m.exec(sandbox.stdout) ?? []
  config.loadFromFile(path)
})

afterAll(async () => {
  sandbox.kill('SIGTERM')
  await sandbox.ended
})

async function aPod(): Promise<{ pod: string; container: string }> {
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace })
  const [first] = items
  const [container] = first?.spec?.containers ?? []
  return { pod: first?.metadata?.name ?? '', container: container?.name ?? '' }
}

describe("client-node's own client on the sandbox", () => {
  it('lists, page by page, and reads', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const all = await core.listNamespacedPod({ namespace })
    const names = all.items.map((pod) => pod.metadata?.name)
    expect(names).toHaveLength(3)
    expect(all.items[0]?.metadata?.creationTimestamp).toBeInstanceOf(Date)
    const first = await core.listNamespacedPod({ namespace, limit: 2 })
    const rest = await core.listNamespacedPod({
      namespace,
      limit: 2,
      _continue: first.metadata?._continue ?? '',
    })
    expect([...first.items, ...rest.items].map((pod) => pod.metadata?.name)).toEqual(names)
    const service = await core.readNamespacedService({ namespace, name })
    expect(service).toBeInstanceOf(V1Service)
    expect(service.spec?.sessionAffinity).toBe('None')
    const { items } = await config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace })
    expect(items.map(({ status }) => status?.readyReplicas)).toEqual([3])
  })

  it('says what is not there as the API does', async () => {
    const missing = config.makeApiClient(CoreV1Api).readNamespacedService({ namespace, name: 'nobody' })
    await expect(missing).rejects.toMatchObject({
      code: 404,
      body: expect.stringContaining('"reason":"NotFound"'),
    })
  })

  it('patches and sees the change in a watch', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const { metadata } = await core.listNamespacedService({ namespace })
    const seen: (string | undefined)[] = []
    const sticky = Promise.withResolvers<void>()
    const watch = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/services`,
      { resourceVersion: metadata?.resourceVersion ?? '' },
      (type, object: V1Service) => {
        seen.push(`${type} ${object.metadata?.name} ${object.spec?.sessionAffinity}`)
        sticky.resolve()
      },
      (error) => sticky.reject(error instanceof Error ? error : new Error('the watch ended')),
    )
    const patched = await core.patchNamespacedService(
      { namespace, name, body: { spec: { sessionAffinity: 'ClientIP' } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    )
    expect(patched.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds).toBe(10_800)
    await sticky.promise
    watch.abort()
    expect(seen).toEqual([`MODIFIED ${name} ClientIP`])
  })

  it('runs a program in a pod', async () => {
    const { pod, container } = await aPod()
    const output = new PassThrough()
    const status = await new Promise<{ status?: string; message?: string }>((resolve, reject) => {
      new Exec(config)
        .exec(
          namespace,
          pod,
          container,
          ['sh', '-c', 'echo out; echo err >&2'],
          output,
          null,
          null,
          false,
          resolve,
        )
        .catch(reject)
    })
    expect(status.status).toBe('Success')
    output.end()
    expect(await text(output)).toBe('out\n')
  })

  it('reads a log to its end', async () => {
    const { pod, container } = await aPod()
    const core = config.makeApiClient(CoreV1Api)
    await core.connectGetNamespacedPodProxyWithPath({ namespace, name: pod, path: 'read-by-client-node' })
    const output = new PassThrough()
    await new Log(config).log(namespace, pod, container, output, { follow: false })
    expect(await text(output)).toContain('GET /read-by-client-node\n')
  })

  it('replaces, but not what is older than what is there', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const body = await core.readNamespacedService({ namespace, name })
    body.metadata!.labels = { by: 'client-node' }
    const now = await core.replaceNamespacedService({ namespace, name, body })
    expect(now.metadata?.labels).toEqual({ by: 'client-node' })
    await expect(core.replaceNamespacedService({ namespace, name, body })).rejects.toMatchObject({
      code: 409,
      body: expect.stringContaining('the object has been modified'),
    })
  })

  it('scales', async () => {
    const apps = config.makeApiClient(AppsV1Api)
    const of = { namespace, name: 'sample-deployment' }
    const { metadata, spec, status } = await apps.readNamespacedDeploymentScale(of)
    expect([spec?.replicas, status?.replicas, status?.selector]).toEqual([
      3,
      3,
      expect.stringMatching(/^app/),
    ])
    const body = { metadata: metadata ?? {}, spec: { replicas: 4 } }
    expect((await apps.replaceNamespacedDeploymentScale({ ...of, body })).spec?.replicas).toBe(4)
    expect((await apps.readNamespacedDeployment(of)).spec?.replicas).toBe(4)
  })

  it('evicts a pod, and none on a dry run', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const { pod } = await aPod()
    const metadata = { name: pod, namespace }
    const evict = async (deleteOptions: object): Promise<unknown> =>
      await core.createNamespacedPodEviction({ ...metadata, body: { metadata, deleteOptions } })
    const pods = async (): Promise<(string | undefined)[]> => {
      const { items } = await core.listNamespacedPod({ namespace })
      return items.flatMap((one) =>
        one.metadata?.deletionTimestamp === undefined ? [one.metadata?.name] : [],
      )
    }
    await evict({ dryRun: ['All'] })
    expect(await pods()).toContain(pod)
    await evict({})
    expect(await pods()).not.toContain(pod)
  })
})
