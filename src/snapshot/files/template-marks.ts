import { isPair, isScalar, type Node, visit } from 'yaml'
import type { Finding } from '../../model/findings/finding.ts'
import { schemas } from '../../validation/schema.ts'
import type { FileObject } from './document.ts'
import { type Engine, templateFinding } from './template.ts'

const marks: Readonly<Record<Engine, RegExp>> = {
  helm: /\{\{.*\}\}/,
  envsubst: /\$\{[A-Za-z_]\w*(:?[-=+?][^}]*)?\}/,
}

/**
 * Where an object is a template although its YAML can be read, as in `name: "{{ .Release.Name }}-web"`. In annotations and in
 * objects of kinds that are not checked such marks may be meant as they are.
 */
export function templateIn({ node, at, value: { kind, apiVersion } }: FileObject): Finding | undefined {
  const isChecked = typeof kind === 'string' && schemas[kind]?.apiVersion === apiVersion
  let found: { place: Node; engine: Engine } | undefined
  visit(node, {
    Pair: (_, { key }) => (isScalar(key) && key.value === 'annotations' ? visit.SKIP : undefined),
    Scalar: (key, scalar, path) => {
      const engine = engineOf(scalar.value)
      if (engine === undefined || !(isChecked || isName(key, path))) return undefined
      found = { place: scalar, engine }
      return visit.BREAK
    },
  })
  return found === undefined ? undefined : templateFinding(at(found.place), found.engine)
}

function engineOf(value: unknown): Engine | undefined {
  if (typeof value !== 'string') return undefined
  return (['helm', 'envsubst'] as const).find((engine) => marks[engine].test(value))
}

/** `metadata.name`: nothing has such a name. */
function isName(key: unknown, path: readonly unknown[]): boolean {
  const keys = path.flatMap((one) => (isPair(one) && isScalar(one.key) ? [one.key.value] : []))
  return key === 'value' && keys.length === 2 && keys[0] === 'metadata' && keys[1] === 'name'
}
