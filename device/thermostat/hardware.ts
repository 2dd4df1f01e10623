// What a thermostat needs of the world: a temperature, and a relay or two.

export type ThermostatReading =
  /** `celsius` is as the sensor gave it: not yet believed. */
  | { readonly type: 'temperature'; readonly celsius: number }
  /** Of the weather, where something measures it. */
  | { readonly type: 'outside'; readonly celsius: number }
  | { readonly type: 'humidity'; readonly percent: number }
  /** A knob or a button: warmer, or colder, by so much. */
  | { readonly type: 'turned'; readonly kelvin: number }
  | { readonly type: 'window'; readonly open: boolean }
  /** What the heating relay really is, where the board can tell. */
  | { readonly type: 'relay'; readonly closed: boolean }
  /** Whether the relays can be switched at all: what is written to a line that is gone arrives nowhere. */
  | { readonly type: 'relays'; readonly obey: boolean }

export interface ThermostatActuators {
  readonly heat: boolean
  readonly cool: boolean
}
