/** What one simulated user keeps from request to request. */
export type SessionSpec =
  /** Nothing: each request opens a connection. */
  | { keeps: 'nothing' }
  /** The cookies that it was given, as a browser does; and with `header` it says who it is in one. */
  | ({ keeps: 'cookies'; header?: string } & OddHabit)
  /** One cookie that nobody gave it, whatever it is given. */
  | { keeps: 'one-cookie' }
  /** One connection, as long as the other side lets it. */
  | { keeps: 'connection' }

/** What a user does with cookies that no browser does. */
export interface OddHabit {
  /** Keeps them past their end. */
  pastEnd?: true
  /** The name of one that it does not send back. */
  without?: string
}
