import type { BackendTally, EndpointChange } from '../../../model/probe/results/probe-result.ts'
import type { Paint, Style } from '../../terminal.ts'

/** How the backends of one run look: the same in the table and in the strip. */
export interface Palette {
  paintOf: (letter: string) => Paint | undefined
  /** The letter of the endpoint that changed, if it ever answered and has one of its own. */
  letterOf: (change: EndpointChange) => string | undefined
}

/** All who have no letter of their own share this one. */
const sharedLetter = '+'

export function createPalette(backends: readonly BackendTally[], style: Style): Palette {
  // By first appearance and not by hits: a backend must not change its colour while the run is shown live.
  const paints = new Map(backends.map((tally, rank) => [tally.backend.letter, style.backend(rank)]))
  return {
    paintOf: (letter) => (letter === sharedLetter ? undefined : paints.get(letter)),
    letterOf: (change) => {
      const backend = backends.find(
        ({ backend }) =>
          (backend.kind === 'pod' && backend.name === change.pod) ||
          (change.pod === undefined && (backend.address ?? backend.name) === change.address),
      )?.backend
      return backend === undefined || backend.letter === sharedLetter ? undefined : backend.letter
    },
  }
}
