/** A cookie that is not what the objects lead one to expect. */
export type Stranger =
  /** It has the name that is configured, and looks like one of another product. */
  | { kind: 'another-maker'; entry: number; cookie: string; maker: string; expected: string }
  /** Another proxy on the way makes it. */
  | { kind: 'another-proxy'; entry: number; cookie: string; maker: string }
  /** It has the name that is configured, and its value is a record where a hash is expected, or the other way round. */
  | { kind: 'another-kind'; entry: number; cookie: string; points: 'at-a-pod' | 'into-a-hash' }
