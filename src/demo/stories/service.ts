import { serviceName } from '../objects.ts'
import type { StoryStep } from './step.ts'

const probe = ['probe', `svc/${serviceName}`, '--path', '/podinfo']

/** The story of a Service whose clients should stay on their pod. */
export const serviceStory: readonly StoryStep[] = [
  { says: 'Who decides which pod a request reaches?', words: ['explain', `svc/${serviceName}`] },
  {
    says: 'Is it really so? A pod in the cluster sends requests, and the answers say which pod gave them.',
    words: probe,
  },
  {
    says: 'Keep each client on its pod, until it was silent for 2 seconds.',
    words: ['enable', `svc/${serviceName}`, '--timeout', '2s'],
  },
  { says: 'The same requests now stay on one pod.', words: probe },
  {
    says: 'Pauses longer than the timeout: each request may go elsewhere, which neither breaks affinity nor proves it.',
    words: [...probe, '--requests', '5', '--interval', '2500ms'],
    exitCode: 4,
  },
  { says: 'Back to where it was.', words: ['disable', `svc/${serviceName}`] },
]
