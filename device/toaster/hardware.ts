// What a toaster needs of the world.

export type ToasterReading =
  /** Where the carriage is. `down` is bread in the slots, held by the magnet. */
  | { readonly type: 'carriage'; readonly position: 'up' | 'down' }
  /** What the heater's relay really is. */
  | { readonly type: 'relay'; readonly closed: boolean }
  /** Whether the heater was told to be off and may be on all the same: its line takes nothing. */
  | { readonly type: 'heater'; readonly stuck: boolean }
  | { readonly type: 'case'; readonly celsius: number }
  /** The browning knob, 1 to 7. */
  | { readonly type: 'knob'; readonly browning: number }
  /** A key at the toaster itself: somebody stands there. */
  | { readonly type: 'key'; readonly key: 'start' | 'cancel' | 'remote-start' | 'reset' }

export interface ToasterActuators {
  readonly heater: boolean
  /** Holds the carriage down; without it a spring lifts the bread. */
  readonly magnet: boolean
}
