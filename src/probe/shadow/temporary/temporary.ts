import { randomBytes } from 'node:crypto'
import type { Cluster } from '../../../cluster/index.ts'
import { jobsPath } from '../../../cluster/paths.ts'
import type { Job, KubernetesObject, ObjectMeta } from '../../../model/cluster/kubernetes.ts'
import { ours } from '../../../model/cluster/ours.ts'
import { runLabel } from '../../run/clients/pods/job.ts'
import { makeWhole } from '../../run/clients/pods/make.ts'
import { removeRun } from '../../run/clients/pods/remove.ts'
import type { Emit } from '../../run/stream.ts'
import type { RunControl, Telling } from '../../steps.ts'
import { anchorJob, anchorName, ownedBy } from './anchor.ts'
import { explainRefusal } from './refusal.ts'

export interface TemporaryOptions {
  namespace: string
  /** What the objects are made for, for whoever finds them: `service/web`. */
  target: string
  /** How long the body may take at the very most, in seconds. */
  maxSeconds: number
}

/** Where temporary objects say how it goes, and when to stop. */
export interface TemporarySurroundings {
  onStage: (text: string) => void
  onNote: (text: string) => void
  /** Stops the preparations; the body looks at it itself. */
  interrupted: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
}

/** Temporary objects that tell how it goes in a stream of steps. */
export function surroundingsOf(
  emit: Emit<Telling>,
  { interrupted, abandoned }: RunControl,
): TemporarySurroundings {
  return {
    onStage: (text) => void emit({ kind: 'stage', text }),
    onNote: (text) => void emit({ kind: 'note', text }),
    interrupted,
    abandoned,
  }
}

/** What is at hand while the objects are there. */
export interface Temporary {
  runId: string
  /** After so many seconds all of it ends by itself. */
  lifeSeconds: number
  /** The metadata of an object that goes when this ends. */
  metadata: (name: string) => ObjectMeta
  /** Creates such an object. Rejects with UserError where the cluster refuses it. */
  create: <T extends KubernetesObject>(listPath: string, object: T) => Promise<T>
}

/** Room for the start of pods and for the removal, in seconds. */
const allowanceSeconds = 60

const removalPatienceMs = 60_000

/**
 * Runs `body`, and removes every object that it made in the cluster on every way out: return, failure, interrupt.
 * When this program is killed instead, Kubernetes does it, a minute after `maxSeconds` at the latest, since the Job that
 * owns them is deleted then (see anchor.ts). It is made first, and each object is born as its property.
 */
export async function withTemporary<T>(
  cluster: Cluster,
  { namespace, target, maxSeconds }: TemporaryOptions,
  { onNote, interrupted, abandoned }: TemporarySurroundings,
  body: (temporary: Temporary) => Promise<T>,
): Promise<T> {
  const runId = randomBytes(4).toString('hex')
  const job = anchorName(runId)
  const labels = { ...ours, [runLabel]: runId }
  const annotations = { 'affinity.kubectl.dev/target': target }
  const lifeSeconds = maxSeconds + allowanceSeconds
  const made: string[] = []
  const create: Temporary['create'] = async (listPath, object) => {
    try {
      made.push(`${listPath}/${object.metadata.name}`)
      const query = { fieldManager: 'kubectl-affinity' }
      return await makeWhole({ interrupted, abandoned }, (signal) =>
        cluster.create(listPath, object, { signal, query }),
      )
    } catch (error) {
      throw explainRefusal(error, object.kind, namespace)
    }
  }
  try {
    const anchor = await create<Job>(
      jobsPath(namespace),
      anchorJob({ name: job, namespace, labels, annotations }, lifeSeconds),
    )
    made.shift()
    const ownerReferences = [ownedBy(anchor)]
    const metadata = (name: string): ObjectMeta => ({ name, namespace, labels, annotations, ownerReferences })
    return await body({ runId, lifeSeconds, metadata, create })
  } finally {
    const options = { namespace, job, runId, also: made, ended: true, pods: 0, patienceMs: removalPatienceMs }
    const removed = await removeRun(cluster, { ...options, signal: abandoned }).catch(() => false)
    if (!removed) {
      onNote(`Warning: job/${job} and what it owns may be left in namespace "${namespace}"; remove it with`)
      onNote(`  kubectl delete job ${job} -n ${namespace}`)
      onNote(`or wait: Kubernetes does it itself within ${Math.ceil(lifeSeconds / 60)} minutes`)
    }
  }
}
