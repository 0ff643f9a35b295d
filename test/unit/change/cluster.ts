import { ApiError, type Cluster } from '../../../src/cluster/index.ts'
import type { CallOptions, Patch } from '../../../src/cluster/types.ts'
import type { Service, Status } from '../../../src/model/cluster/kubernetes.ts'

export interface Sent {
  path: string
  patch: Patch
  query: CallOptions['query']
}

/** An API server of one Service, as far as a change needs one: it applies, and checks the version. */
export function fakeCluster(
  service: Service,
  onPatch: (sent: Sent, now: Service) => Status | undefined = () => undefined,
): { cluster: Cluster; sent: Sent[]; now: () => Service; change: (spec: object) => void } {
  const sent: Sent[] = []
  let now = service
  const change = (spec: object): void => {
    const resourceVersion = String(Number(now.metadata.resourceVersion) + 1)
    now = { ...now, metadata: { ...now.metadata, resourceVersion }, spec: { ...now.spec, ...spec } }
  }
  const patch = async (path: string, patch: Patch, options: CallOptions = {}): Promise<unknown> => {
    await Promise.resolve()
    const one = { path, patch, query: options.query }
    sent.push(one)
    const status = onPatch(one, now) ?? staleness(patch, now)
    if (status !== undefined) throw new ApiError(status, { verb: 'PATCH', path })
    const { spec } = patch.body as Service
    if (options.query?.['dryRun'] === undefined) change(spec)
    return now
  }
  const get = async (): Promise<unknown> => await Promise.resolve(now)
  const cluster = {
    server: 'https://x',
    namespace: 'shop',
    contextName: 'x',
    get,
    patch,
  } as unknown as Cluster
  return { cluster, sent, now: () => now, change }
}

function staleness({ body }: Patch, now: Service): Status | undefined {
  const { resourceVersion } = (body as Service).metadata
  return resourceVersion === now.metadata.resourceVersion
    ? undefined
    : conflict('the object has been modified')
}

export function conflict(
  message: string,
  causes: { reason: string; message: string; field: string }[] = [],
): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Conflict',
    code: 409,
    message,
    details: { causes },
  }
}
