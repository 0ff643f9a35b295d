import type { Finding } from '../../model/findings/finding.ts'
import { didYouMean } from '../../model/common/spelling.ts'
import type { FileObject } from './text/document.ts'
import { fileFinding } from './finding.ts'
import { locate } from './locate.ts'
import { kindsOfGroup, schemas } from '../../validation/schema.ts'

const unread = 'The API server refuses the object.'

/** Looks at kind and apiVersion. Objects of groups that are not known here are none of our business. */
export function checkKind(object: FileObject): Finding[] {
  const { value, node, at } = object
  const { kind, apiVersion } = value
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    const missing = typeof kind !== 'string' ? 'kind' : 'apiVersion'
    return [
      fileFinding('AFF-FILE-MISSING-FIELD', at(node), `${missing} is missing`, unread, [`add ${missing}:`]),
    ]
  }
  const say = (key: string, message: string, mend: string): Finding[] => [
    fileFinding('AFF-FILE-UNKNOWN-KIND', locate(object, key) ?? at(node), message, unread, [mend]),
  ]
  const expected = schemas[kind]
  if (expected !== undefined && expected.apiVersion !== apiVersion && isBuiltIn(apiVersion)) {
    return say(
      'apiVersion',
      `apiVersion "${apiVersion}" has no ${kind}: it is in "${expected.apiVersion}"`,
      `write apiVersion: ${expected.apiVersion}`,
    )
  }
  const siblings = kindsOfGroup[apiVersion]
  if (siblings === undefined || siblings.includes(kind)) return []
  // Without a kind that is near it is something else: a kubeconfig, an answer of a server.
  const meant = didYouMean(kind, siblings)
  if (meant === undefined) return []
  return say(
    'kind',
    `kind "${kind}": not in apiVersion "${apiVersion}"; did you mean "${meant}"?`,
    `write "${meant}"`,
  )
}

/** Groups of Kubernetes itself: a `Service` of another group (Knative's) is another thing. */
function isBuiltIn(apiVersion: string): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['']
  return group === '' || !group.includes('.') || /^(apps|batch|extensions|policy)$|\.k8s\.io$/.test(group)
}
