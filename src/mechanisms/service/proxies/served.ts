import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { isExternal, type Subject } from '../analyzer.ts'

/** The proxies that serve a Service: at its cluster IP, and another one at its node ports where that is so. */
export function servedBy(subject: Subject, proxy: ProxyFacts): ProxyFacts[] {
  const { outside } = proxy
  return outside?.known === true && isExternal(subject) ? [proxy, outside.value] : [proxy]
}
