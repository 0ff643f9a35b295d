import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import { endpointsOfAll } from '../plan/entries/behind.ts'
import type { RunEvent } from '../run/observe.ts'
import type { ClientLog } from './client-log.ts'
import { followAll } from './endpoints/view.ts'
import type { Recogniser } from './recognise.ts'

/** A run as its events tell of it: what its clients say of themselves, and the endpoints behind its entries. */
export abstract class FollowedRun<Client extends ClientLog> {
  abstract readonly clients: readonly Client[]
  abstract readonly entries: readonly SurveyEntry[]
  abstract readonly recogniser: Recogniser
  /** Why endpoints that came or went may not be known. */
  watchTrouble: Error | undefined
  /** As last heard. */
  slices: readonly EndpointSlice[]

  /** @param slices those that it begins with */
  constructor(slices: readonly EndpointSlice[]) {
    this.slices = slices
  }

  /** This machine (`hereIndex`) is the last one. */
  clientOf(index: number): Client | undefined {
    return this.clients.at(index)
  }

  /** Takes in what is the same whatever is made of the observations. */
  protected follow(event: RunEvent): void {
    if (event.kind === 'pod') this.clientOf(event.client)?.onPod(event.pod)
    else if (event.kind === 'ended') {
      const client = this.clientOf(event.client)
      if (client !== undefined) client.endMessage ||= event.message
    } else if (event.kind === 'watch-trouble') this.watchTrouble = event.error
    else if (event.kind === 'slices') {
      this.slices = event.slices
      this.recogniser.update(endpointsOfAll(event.slices, this.entries))
      followAll(
        this.clients.flatMap(({ views }) => views),
        event.slices,
        event.heardAt,
      )
    }
  }
}
