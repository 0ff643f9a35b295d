import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'

/** The two Ingress controllers of HAProxy. Their Ingresses are drawn with the others. */
export const haproxy: Mechanism = {
  name: 'haproxy',
  label: 'HAProxy',
  routes: [],
  analyzers,
}
