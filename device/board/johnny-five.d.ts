/**
 * The classes of johnny-five 2.1.0 that our drivers use, as they really are: @types/johnny-five lacks `sigint`, controller objects and
 * `Multi`. Left out on purpose: `Led.pulse` and `Led.fade`, and the Piezo on a pin, which keep a whole processor busy.
 * Import a class from its own file: the index loads all fifty, which costs a Raspberry Pi Zero a second.
 */
declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events'

  export interface BoardOptions {
    /** An IO plugin. */
    readonly io: object
    readonly repl: false
    readonly debug: false
    readonly sigint: false
  }
  export class Board extends EventEmitter<{ ready: []; connect: []; error: [Error] }> {
    constructor(options: BoardOptions)
    readonly isReady: boolean
    readonly io: object
  }

  export interface ComponentOptions {
    readonly board?: Board
    readonly id?: string
  }
  export interface PinOptions extends ComponentOptions {
    /** A GPIO's number, or `GPIO17`. */
    readonly pin: number | string
  }
  export interface I2cOptions extends ComponentOptions {
    /** A controller of johnny-five's own, such as `BME280`. */
    readonly controller: string
    readonly address?: number
    /** How often it emits, in milliseconds. */
    readonly freq?: number
  }

  /**
   * A controller of ours: property descriptors that are put onto the component. `initialize` is called once, and calls `callback` with
   * each raw value; other entries, such as `toCelsius`, read it. The way to feed a kernel driver into a Thermometer.
   */
  export interface Controller<Raw> {
    readonly initialize: { readonly value: (options: object, callback: (raw: Raw) => void) => void }
    readonly [property: string]: PropertyDescriptor
  }
  export interface ControllerOptions<Raw> extends ComponentOptions {
    readonly controller: Controller<Raw>
    readonly freq?: number
  }

  /** Only what was commanded: it cannot read back. Touches the pin at the first `open` or `close`, so call `open` at start. */
  export class Relay {
    constructor(options: PinOptions & { readonly type?: 'NO' | 'NC' })
    readonly isClosed: boolean
    readonly type: 'NO' | 'NC'
    open(): this
    close(): this
  }

  interface Temperature {
    readonly C: number
    readonly celsius: number
  }
  /** Goes on emitting the last value of a sensor that died: `data` proves nothing. */
  export class Thermometer extends EventEmitter<{ data: [Temperature]; change: [Temperature] }> {
    constructor(options: I2cOptions | ControllerOptions<number>)
    readonly celsius: number
    disable(): this
    enable(): this
  }

  interface Humidity {
    readonly RH: number
    readonly relativeHumidity: number
  }
  export class Hygrometer extends EventEmitter<{ data: [Humidity]; change: [Humidity] }> {
    constructor(options: I2cOptions | ControllerOptions<number>)
    readonly relativeHumidity: number
  }

  /** Several sensors in one chip, such as BME280, SHT31D, HTU21D, SI7020. */
  export class Multi extends EventEmitter<{ data: [Multi]; change: [Multi] }> {
    constructor(options: I2cOptions)
    readonly thermometer?: Thermometer
    readonly hygrometer?: Hygrometer
  }

  export class Button extends EventEmitter<{ down: []; press: []; up: []; release: []; hold: [] }> {
    constructor(
      options: PinOptions & {
        /** Asks for the pin's own pull-up, and takes low as pressed. */
        readonly isPullup?: boolean
        readonly isPulldown?: boolean
        readonly invert?: boolean
        /** How long until `hold`, in milliseconds. Default 500. */
        readonly holdtime?: number
      },
    )
    readonly isDown: boolean
  }

  /** `NO`, the default, asks for the pin's own pull-up, and takes low as closed. */
  export class Switch extends EventEmitter<{ open: []; close: [] }> {
    constructor(options: PinOptions & { readonly type?: 'NO' | 'NC'; readonly invert?: boolean })
    readonly isOpen: boolean
    readonly isClosed: boolean
  }

  interface Movement {
    readonly timestamp: number
    readonly detectedMotion: boolean
    readonly isCalibrated: boolean
  }
  export class Motion extends EventEmitter<{
    data: [Movement]
    change: [Movement]
    motionstart: [Movement]
    motionend: [Movement]
    calibrated: []
  }> {
    constructor(
      options: PinOptions & {
        /** A PIR settles for a while: no motion is told before, in milliseconds. Default 2000. */
        readonly calibrationDelay?: number
        /** How often it looks, in milliseconds. Default 25. */
        readonly freq?: number
      },
    )
    readonly detectedMotion: boolean
  }

  export class Servo {
    constructor(
      options: PinOptions & {
        /** `PCA9685` on I2C, which needs no PWM of the board. */
        readonly controller?: 'PCA9685'
        readonly address?: number
        /** Degrees. Default 0 to 180. */
        readonly range?: readonly [number, number]
        /** Microseconds at the ends. Default 600 to 2400. */
        readonly pwmRange?: readonly [number, number]
        /** Degrees. */
        readonly startAt?: number
      },
    )
    readonly position: number
    /** `degrees`, at once or within `milliseconds`. */
    to(degrees: number, milliseconds?: number): this
    stop(): this
  }

  export class Led {
    constructor(options: PinOptions & { readonly isAnode?: boolean })
    readonly isOn: boolean
    readonly isRunning: boolean
    on(): this
    off(): this
    /** Each half in milliseconds. */
    blink(milliseconds: number): this
    stop(): this
  }

  /** Its constructor and `clear` wait busily for some milliseconds, as the datasheet wants. */
  export class LCD {
    constructor(
      options: ComponentOptions & {
        readonly controller:
          | 'PCF8574'
          | 'PCF8574A'
          | 'PCF8574T'
          | 'PCF8574AT'
          | 'JHD1313M1'
          | 'LCD2004'
          | 'LCM1602'
          | 'LCM1602IIC'
        readonly address?: number
        readonly rows?: number
        readonly cols?: number
      },
    )
    clear(): this
    cursor(row: number, column: number): this
    print(text: string): this
    on(): this
    off(): this
    backlight(on: boolean): this
    noBacklight(): this
  }

  /** Only the one with a processor of its own: on a pin it is a busy loop. A buzzer that hums by itself is a Relay. */
  export class Piezo {
    constructor(options: ComponentOptions & { readonly controller: 'I2C_BACKPACK'; readonly address?: number })
    frequency(hertz: number, milliseconds: number): this
    noTone(): this
  }

  /** An analog input: not on Linux, but on an Arduino and on an Expander. */
  export class Sensor extends EventEmitter<{ data: [number]; change: [number] }> {
    constructor(
      options: PinOptions & {
        readonly freq?: number
        readonly threshold?: number
        readonly type?: 'analog' | 'digital'
      },
    )
    /** 0 to 1023. */
    readonly value: number
    readonly raw: number
    scaleTo(low: number, high: number): number
  }

  /** More pins on I2C. It is an IO plugin: give it to a Board of its own. */
  export class Expander extends EventEmitter<{ ready: []; connect: [] }> {
    constructor(
      options: ComponentOptions & {
        readonly controller: 'MCP23017' | 'MCP23008' | 'PCF8574' | 'PCF8574A' | 'PCF8575' | 'PCA9685' | 'PCF8591'
        readonly address?: number
      },
    )
    readonly name: string
  }

  interface Key {
    readonly which: readonly (string | number)[]
    readonly timestamp: number
  }
  export class Keypad extends EventEmitter<{ press: [Key]; down: [Key]; hold: [Key]; release: [Key]; up: [Key] }> {
    constructor(
      options: ComponentOptions & {
        readonly controller:
          | 'MPR121'
          | 'MPR121_KEYPAD'
          | 'MPR121_SHIELD'
          | 'QTOUCH'
          | '3X4_I2C_NANO_BACKPACK'
          | '4X4_I2C_NANO_BACKPACK'
          | 'SX1509'
        readonly address?: number
        /** What each key is called, row by row. */
        readonly keys?: readonly (readonly string[])[]
        readonly holdtime?: number
      },
    )
  }
}

declare module 'johnny-five/lib/board.js' {
  export { Board as default } from 'johnny-five'
}
declare module 'johnny-five/lib/relay.js' {
  export { Relay as default } from 'johnny-five'
}
declare module 'johnny-five/lib/thermometer.js' {
  export { Thermometer as default } from 'johnny-five'
}
declare module 'johnny-five/lib/hygrometer.js' {
  export { Hygrometer as default } from 'johnny-five'
}
declare module 'johnny-five/lib/sip.js' {
  export { Multi as default } from 'johnny-five'
}
declare module 'johnny-five/lib/button.js' {
  export { Button as default } from 'johnny-five'
}
declare module 'johnny-five/lib/switch.js' {
  export { Switch as default } from 'johnny-five'
}
declare module 'johnny-five/lib/motion.js' {
  export { Motion as default } from 'johnny-five'
}
declare module 'johnny-five/lib/servo.js' {
  export { Servo as default } from 'johnny-five'
}
declare module 'johnny-five/lib/led/index.js' {
  export { Led as default } from 'johnny-five'
}
declare module 'johnny-five/lib/lcd.js' {
  export { LCD as default } from 'johnny-five'
}
declare module 'johnny-five/lib/piezo.js' {
  export { Piezo as default } from 'johnny-five'
}
declare module 'johnny-five/lib/sensor.js' {
  export { Sensor as default } from 'johnny-five'
}
declare module 'johnny-five/lib/expander.js' {
  export { Expander as default } from 'johnny-five'
}
declare module 'johnny-five/lib/keypad.js' {
  export { Keypad as default } from 'johnny-five'
}
