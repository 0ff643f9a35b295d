/** An object of another cluster that addresses are read from. */
export interface FromRef {
  kind: 'service' | 'gateway' | 'ingress'
  name: string
  /** As it is shown: `svc/backend1-lb`. */
  text: string
}
