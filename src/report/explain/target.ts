import type { Explanation } from '../../analysis/analyse.ts'
import { sanitize } from '../text/sanitize.ts'

/** `service/web`, `ingress/shop`. */
export function printedName({ kind, name }: Explanation['target']): string {
  return sanitize(`${kind}/${name}`)
}
