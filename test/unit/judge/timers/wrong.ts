import { endsOf, type Measured, type Truth } from './simulate.ts'

/**
 * What is said is wrong when an entry may end outside of the range, or the other kind is named. Clocks between an exact one
 * and one of whole seconds are told as either: of them the range must have a part. Where clients may be one, nothing is said.
 */
export function isWrong(truth: Truth, said: Measured): boolean {
  if (said.oneClient) return false
  const { fromMs, toMs } = endsOf(truth)
  const end = said.toMs ?? Infinity
  const isOutside =
    truth.jitterMs === undefined ? said.fromMs > fromMs || end < toMs : said.fromMs > toMs || end < fromMs
  return isOutside || (said.kind !== undefined && said.kind !== truth.kind)
}
