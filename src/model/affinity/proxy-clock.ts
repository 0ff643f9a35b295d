/**
 * How far from the timeout that is configured a Service proxy may end an entry, in milliseconds: not at all where it counts
 * time exactly.
 */
export interface ProxyClock {
  earlyMs: number
  lateMs: number
}
