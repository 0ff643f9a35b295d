/** What one simulated user keeps from request to request. */
export type SessionSpec =
  /** Nothing: each request opens a connection. */
  | { keeps: 'nothing' }
  /** The cookies that it was given, as a browser does. */
  | { keeps: 'cookies' }
  /** One connection, as long as the other side lets it. */
  | { keeps: 'connection' }
