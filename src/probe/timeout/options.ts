import type { ProxyInCharge } from '../../judge/timers/verdict.ts'
import type { EndpointSlice, Service } from '../../model/cluster/kubernetes.ts'
import type { ImageChoice } from '../../model/probe/image-choice.ts'
import type { ProbeOptions } from '../plan/options.ts'

/** What is asked of a measurement. */
export interface MeasureOptions extends ProbeOptions {
  /** The longest pause that is waited for, in milliseconds. */
  maxMs: number
  /** Client pods; enough for the accepted error unless given. */
  clients?: number
  /** The Service proxy in charge, where it and its clock are known. */
  proxy?: ProxyInCharge
}

/** A Service, read from the cluster. */
export interface Measured {
  service: Service
  slices: readonly EndpointSlice[]
  /** What it stands for: see TimeoutResult. */
  shadowOf?: { service: Service; slices: readonly EndpointSlice[] }
  /** Of the clients; it holds Node. */
  image: ImageChoice
  /** Sentences for the report. */
  notes: readonly string[]
}
