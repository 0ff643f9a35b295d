/** What users saw of a cookie at one moment after it had been given to them. */
export interface LifetimeStep {
  /** Since the answer that gave it. */
  ageMs: number
  /** Users as browsers are, who forget it at its end. */
  browsers: LifetimeCount
  /** Users who keep it past its end. */
  keepers: LifetimeCount
}

export interface LifetimeCount {
  /** Those whose answer came from a pod that is known, as did the one that gave the cookie. */
  users: number
  /** Those of them who sent it. */
  sent: number
  /** Those of them whom the same pod answered. */
  same: number
  /** Those of them who were given it anew. */
  anew: number
}

/** How long a cookie lives that keeps users on their pod, and who ends it. */
export interface CookieLifetime {
  entry: number
  cookie: string
  /** From the answer on, as its attributes say; absent: as long as the browser runs. */
  givenSeconds?: number
  /** What the objects say, where they say what decides; 0: as long as the browser runs. */
  configuredSeconds?: number
  /** Why its end was not waited for. */
  notWaited?: 'no-end' | 'has-passed' | 'too-long' | 'interrupted'
  /** The longest that is waited for, in milliseconds. */
  maxMs: number
  /** What was seen, where its end was waited for. */
  steps: LifetimeStep[]
  /** Whether each answer moves its end on; absent where that was not seen. */
  isRenewed?: boolean
  /**
   * Who lets go of users at its end: the browser alone, which does not send it any more, or whoever reads it as well. Absent
   * where what was seen does not tell.
   */
  endedBy?: 'browser' | 'server'
  /** Whether its end is as configured. */
  result: 'as-expected' | 'differs' | 'inconclusive'
}
