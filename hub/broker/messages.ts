// Saying and hearing by the hub's own authority: what presence, the home and discovery need of the broker.

export interface Retained {
  readonly topic: string
  readonly payload: Buffer
}

export interface Message extends Retained {
  readonly retain: boolean
}

export interface HubPacket {
  readonly topic: string
  readonly payload: string
  /** Default false. */
  readonly retain?: boolean
  /** Default 0. */
  readonly qos?: 0 | 1
}

export interface Messages {
  publish(packet: HubPacket): Promise<void>
  /** Returns how to stop hearing. */
  subscribe(filter: string, hear: (message: Message) => void): Promise<() => void>
  /** Everything retained that `filter` matches. */
  retained(filter: string): Promise<readonly Retained[]>
}
