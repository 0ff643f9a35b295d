import type { Image } from '../../images/archive.ts'
import type { Proof } from './proof.ts'

/** How a gateway is to be installed. */
export interface Settings {
  /** Pods of the gateway itself. */
  replicas: number
}

/** A gateway that the lab can have. */
export interface Gateway {
  namespace: string
  /** The address of its Service of type LoadBalancer. */
  address: string
  /** Its version, as its users name it. */
  version: string
  /** It reads objects of the Gateway API. */
  readsGatewayApi?: true
  /** The first one first: what is applied first needs no other. */
  images: () => readonly Image[]
  /** What is applied with kubectl, in this order. */
  steps: (settings: Settings) => Promise<readonly (readonly object[])[]>
  /** What must have happened after the first step, before the others. */
  afterFirstStep?: () => Promise<unknown>
  /** What a program of its own installs after the steps; it is part of what decides whether this is another gateway. */
  installer?: {
    input: (settings: Settings) => object
    install: (input: object) => Promise<void>
    uninstall: () => Promise<void>
  }
  /** Deployments of its namespace that must be ready. */
  deployments: readonly string[]
  /** What else must be ready. */
  ready?: () => Promise<unknown>
  /** What must be gone before the steps are taken back, as only the gateway itself can let go of it. */
  beforeRemoval?: () => Promise<void>
  /** What shows that its affinity works. */
  proofs: readonly Proof[]
}
