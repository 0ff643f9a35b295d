/** What the application's own count of visits says of one user's session. */
export interface VisitsReport {
  /** Answers with a number. */
  counted: number
  /** The highest number that was said. */
  highest: number
  /** Answers whose number is not above that of the answer before: the session was lost, or another one was met. */
  lost: number
  /** Those of them that came from the pod as before. */
  lostOnPod: number
}
