/** What the user names: a kind of object and its name. */
export interface Target {
  kind: 'service'
  name: string
}
