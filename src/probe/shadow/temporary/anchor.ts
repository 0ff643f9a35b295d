import type { Job, ObjectMeta, OwnerReference } from '../../../model/cluster/kubernetes.ts'
import { containerSecurity, podBasics } from '../../run/clients/pods/pod-parts.ts'

/** The name of the Job that all temporary objects of a run hang on. */
export function anchorName(runId: string): string {
  return `affinity-shadow-${runId}`
}

/**
 * A Job without pods. It is complete from the start, so that Kubernetes itself deletes it after `lifeSeconds`, and the
 * garbage collector takes what it owns with it: nothing outlives a program that was killed at any moment. Unlike a
 * deadline this holds even where something suspends Jobs (Kueue), and no Job that failed alarms anybody.
 */
export function anchorJob(metadata: ObjectMeta, lifeSeconds: number): Job & { spec: unknown } {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    spec: {
      parallelism: 0,
      completions: 0,
      ttlSecondsAfterFinished: lifeSeconds,
      // Never used, and still made so that no admission policy minds it.
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          ...podBasics,
          containers: [
            {
              name: 'none',
              image: 'registry.k8s.io/pause:3.10',
              resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
              securityContext: containerSecurity,
            },
          ],
        },
      },
    },
  }
}

/**
 * Makes the anchor the owner. Without `blockOwnerDeletion`, for which some clusters demand a right to the Job's
 * finalizers (admission plugin OwnerReferencesPermissionEnforcement).
 */
export function ownedBy({ metadata }: Job): OwnerReference {
  return { apiVersion: 'batch/v1', kind: 'Job', name: metadata.name, uid: metadata.uid ?? '' }
}
