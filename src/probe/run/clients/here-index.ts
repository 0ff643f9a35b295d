/** The index of the client that is no pod: the machine that this program runs on. */
export const hereIndex = -1
