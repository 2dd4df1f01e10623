// What a security panel needs of the world.

export type PanelReading =
  | { readonly type: 'zone'; readonly zone: string; readonly open: boolean }
  /** The housing of the panel or of a detector was opened. */
  | { readonly type: 'tamper'; readonly open: boolean }
  /** Whether the siren can be switched: what is written to a line that is gone arrives nowhere. */
  | { readonly type: 'siren'; readonly obeys: boolean }

export interface PanelActuators {
  readonly siren: boolean
  /** Reminds people of a delay that runs. */
  readonly buzzer: 'off' | 'exit' | 'entry'
}
