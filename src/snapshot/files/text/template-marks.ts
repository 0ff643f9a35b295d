import { isPair, isScalar, type Node, visit } from 'yaml'
import type { Finding } from '../../../model/findings/finding.ts'
import { schemas } from '../../../validation/schema.ts'
import type { FileObject } from './document.ts'
import { type Engine, engineOf, engineOfKind, templateFinding } from './template.ts'

/**
 * Where an object is a template although its YAML can be read, as in `name: "{{ .Release.Name }}-web"`. In annotations and in
 * objects of kinds that are not checked such marks may be meant as they are.
 */
export function templateIn({ node, at, value: { kind, apiVersion } }: FileObject): Finding | undefined {
  const whole = engineOfKind(kind, apiVersion)
  if (whole !== undefined) return templateFinding(at(node), whole)
  const isChecked = typeof kind === 'string' && schemas[kind]?.apiVersion === apiVersion
  let found: { place: Node; engine: Engine } | undefined
  visit(node, {
    Pair: (_, { key }) => (isScalar(key) && key.value === 'annotations' ? visit.SKIP : undefined),
    Scalar: (key, scalar, path) => {
      const engine = engineOf(scalar.value, scalar.comment)
      if (engine === undefined || !(isChecked || isName(key, path))) return undefined
      found = { place: scalar, engine }
      return visit.BREAK
    },
  })
  return found === undefined ? undefined : templateFinding(at(found.place), found.engine)
}

/** `metadata.name`: nothing has such a name. */
function isName(key: unknown, path: readonly unknown[]): boolean {
  const keys = path.flatMap((one) => (isPair(one) && isScalar(one.key) ? [one.key.value] : []))
  return key === 'value' && keys.length === 2 && keys[0] === 'metadata' && keys[1] === 'name'
}
