/** What became of users who kept every cookie but one. */
export interface DroppedCookie {
  cookie: string
  /** Users who did not send it and could be judged. */
  users: number
  /** Those of them whose pod changed. */
  moved: number
}
