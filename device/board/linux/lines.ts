// The header's pins as a program uses them: taken when needed, kept trying for when somebody else has them, left at a safe level.
import { after, type Clock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { pinPart, type Troubles } from '../trouble.ts'
import { type Chip, type Line, requestLine } from './gpio.ts'
import type { Bias, Level, LineSettings, OutputSettings } from './gpio-abi.ts'

/** How one pin is wired, as far as the kernel has to know. */
export interface PinWiring {
  /** 1 means 0 volt: a relay board that switches on low. Levels everywhere else, `safe` too, are then the logical ones. Default false. */
  readonly activeLow?: boolean
  /**
   * The level an output is taken with and left with. Somebody's safety hangs on a pin that has one: a write that fails throws. Other
   * outputs are left at 0, and a write that fails is only told.
   */
  readonly safe?: Level
  readonly drive?: NonNullable<OutputSettings['drive']>
  /** An input's resistor inside the board, until a program asks for another. Default as it is. */
  readonly bias?: Bias
  /** An input's level that lasts shorter is never heard of. Default 0. */
  readonly debounceMicros?: number
}

export interface Lines extends Disposable {
  /** Makes the pin an input or an output. Never throws: a pin that somebody else has is told, and tried for until it is free. */
  use(pin: number, direction: 'input' | 'output'): void
  setBias(pin: number, bias: Bias): void
  write(pin: number, level: Level): void
  /** Hears an input's level: now, after each change, and after it was lost and found again. */
  hear(pin: number, listener: (level: Level) => void): void
  /** What the pin really is; undefined while it is not ours. */
  level(pin: number): Level | undefined
}

const RETRY_AFTER = seconds(2)

type PinUse = Pick<Pin, 'direction' | 'wiring' | 'bias'>

interface Pin {
  readonly name: string
  readonly direction: 'input' | 'output'
  readonly wiring: PinWiring
  readonly listeners: ((level: Level) => void)[]
  /** What a program asked for since. */
  bias: Bias | undefined
  line: Line | undefined
  /** The last level told to `listeners`. */
  told: Level | undefined
}

export function openLines(options: {
  readonly chip: Chip
  readonly consumer: string
  readonly wiring: ReadonlyMap<number, PinWiring>
  readonly clock: Clock
  readonly troubles: Troubles
}): Lines {
  const { chip, consumer, wiring, clock, troubles } = options
  const pins = new Map<number, Pin>()
  let retry: (() => void) | undefined
  let closed = false

  const tell = (pin: Pin, level: Level) => {
    if (pin.told === level) return
    pin.told = level
    for (const listener of pin.listeners) listener(level)
  }

  const lose = (pin: Pin, error: BoardError) => {
    pin.line?.[Symbol.dispose]()
    pin.line = undefined
    pin.told = undefined
    troubles.failed(pin.name, error)
    if (!closed) retry ??= after(clock, RETRY_AFTER, takeAll)
  }

  const take = (offset: number, pin: Pin): Line => {
    const line = requestLine({ chip, offset, consumer, settings: settingsOf(pin) })
    pin.line = line
    if (pin.direction === 'input') {
      line.watch(
        ({ level }) => tell(pin, level),
        (error) => lose(pin, error),
      )
      tell(pin, line.get())
    }
    troubles.worked(pin.name)
    return line
  }

  const tryToTake = (offset: number, pin: Pin) => {
    try {
      take(offset, pin)
    } catch (error) {
      lose(pin, asBoardError(error))
    }
  }

  const takeAll = () => {
    retry = undefined
    for (const [offset, pin] of pins) if (pin.line === undefined) tryToTake(offset, pin)
  }

  const use = (offset: number, direction: Pin['direction']): Pin => {
    const known = pins.get(offset)
    if (known?.direction === direction) return known
    known?.line?.[Symbol.dispose]()
    const pin: Pin = {
      name: pinPart(offset),
      direction,
      wiring: wiring.get(offset) ?? {},
      listeners: [],
      bias: undefined,
      line: undefined,
      told: undefined,
    }
    pins.set(offset, pin)
    tryToTake(offset, pin)
    return pin
  }

  return {
    use: (offset, direction) => void use(offset, direction),
    setBias(offset, bias) {
      const pin = use(offset, 'input')
      pin.bias = bias
      try {
        pin.line?.configure(settingsOf(pin))
      } catch (error) {
        lose(pin, asBoardError(error))
      }
    },
    write(offset, level) {
      const pin = use(offset, 'output')
      try {
        const line = pin.line ?? take(offset, pin)
        line.set(level)
      } catch (error) {
        const reason = asBoardError(error)
        lose(pin, reason)
        if (pin.wiring.safe !== undefined) throw reason
      }
    },
    hear(offset, listener) {
      const pin = use(offset, 'input')
      pin.listeners.push(listener)
      // Not before the caller has finished with what it is making.
      if (pin.told !== undefined) {
        queueMicrotask(() => {
          if (pin.told !== undefined) listener(pin.told)
        })
      }
    },
    level: (offset) => pins.get(offset)?.line?.get(),
    [Symbol.dispose]() {
      closed = true
      retry?.()
      for (const pin of pins.values()) leave(pin, troubles)
      pins.clear()
    },
  }
}

/** What the kernel is asked for. */
export function settingsOf({ direction, wiring, bias = wiring.bias ?? 'as_is' }: PinUse): LineSettings {
  const { activeLow = false, safe = 0, drive = 'push_pull', debounceMicros = 0 } = wiring
  return direction === 'output'
    ? { direction, activeLow, drive, level: safe }
    : { direction, activeLow, bias, debounceMicros }
}

function leave({ name, direction, wiring, line }: Pin, troubles: Troubles): void {
  if (line === undefined) return
  try {
    if (direction === 'output') line.set(wiring.safe ?? 0)
  } catch (error) {
    troubles.failed(name, asBoardError(error))
  } finally {
    line[Symbol.dispose]()
  }
}

const asBoardError = (error: unknown): BoardError => {
  if (error instanceof BoardError) return error
  throw error
}
