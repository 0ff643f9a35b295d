/** What an echo pod is told: the ports to listen on. Travels as the one argument of the program. */
export interface EchoConfig {
  ports: EchoPort[]
}

export interface EchoPort {
  protocol: 'TCP' | 'UDP'
  port: number
}

/** Environment variables that tell an echo pod who it is (downward API). */
export const podNameVariable = 'POD_NAME'
