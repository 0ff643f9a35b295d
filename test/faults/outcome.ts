/** What came of one fault; `wrong` is absent where all is as it should be. */
export interface Outcome {
  group: string
  name: string
  /** What the program said. */
  what: string
  wrong?: string
}
