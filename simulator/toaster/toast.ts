// Bread in a slot: it thaws, dries, and only then browns. Pure.
//
// One side of a slice is one temperature. The element heats it; it loses heat to the slot around it and, once it is a dry crust hotter than
// 100 °C, to the moist crumb behind it, which boils. In between are two plateaus, at 0 °C until the ice is gone and at 100 °C until the
// water of the surface is gone. Between plateaus the equation is linear, so each stretch is its exact solution however long it is; only
// while it browns are steps short, as the rate of browning follows the temperature.

/** What goes into a slot. */
export const BREADS = ['bread', 'frozen', 'fruit-loaf', 'bagel'] as const
export type BreadKind = (typeof BREADS)[number]

/** One side of a slice. */
export interface Slice {
  readonly kind: BreadKind
  /** Of the surface. */
  readonly celsius: number
  /** What is left of its ice, 0 to 1. */
  readonly iceShare: number
  /** What is left of the water in its surface, 0 to 1. */
  readonly waterShare: number
  /** ΔE, the distance in colour (CIELAB) from fresh bread: 0 to 52. */
  readonly deltaE: number
}

interface Recipe {
  readonly startCelsius: number
  /** Grams of water in the surface that have to go before it browns. */
  readonly surfaceWaterGrams: number
  /** How much faster than white bread it browns: sugar does. */
  readonly browning: number
}

const RECIPES: Readonly<Record<BreadKind, Recipe>> = {
  bread: { startCelsius: 20, surfaceWaterGrams: 0.6, browning: 1 },
  frozen: { startCelsius: -18, surfaceWaterGrams: 0.6, browning: 1 },
  'fruit-loaf': { startCelsius: 20, surfaceWaterGrams: 0.5, browning: 1.8 },
  // A cut face, denser and moister.
  bagel: { startCelsius: 20, surfaceWaterGrams: 1.4, browning: 1 },
}

/** What one element puts into one side of a slice. With these, the times of device/toaster/programs.ts give the shades they are for. */
const NET_WATTS = 120
const JOULES_PER_KELVIN = 15
/** Convection and radiation at 27 W/(m²·K), from 110 cm². */
const TO_SLOT_WATTS_PER_KELVIN = 0.3
/** Through a dry crust of 1.5 mm at 0.1 W/(m·K). */
const TO_CRUMB_WATTS_PER_KELVIN = 0.7
/** Of 20 g, half a slice: 8 g of ice at 334 J/g, and the crumb behind the surface warmed from −18 to 20 °C. */
const MELTING_JOULES = 4500
const EVAPORATION_JOULES_PER_GRAM = 2257

/** Zanoni, Peri & Bruno 1995, "Modelling of browning kinetics of bread crust during baking", Lebensm.-Wiss. u.-Technol. 28, 604–609. */
const BROWNEST = 52
const RATE_PER_SECOND = 42_000
const ACTIVATION_JOULES_PER_MOLE = 64_151
const GAS_CONSTANT = 8.314
/** Below this nothing that one could see happens within hours: the formula is not asked beyond where it was measured. */
const BROWNS_ABOVE_CELSIUS = 110
const LONGEST_BROWNING_STEP_SECONDS = 1

/** In an empty slot that heats, between the elements, and in a kitchen; °C and seconds. */
const SLOT_HOT_CELSIUS = 160
const KITCHEN_CELSIUS = 20
const SLOT_WARMS_SECONDS = 60
const SLOT_COOLS_SECONDS = 240

/** `startCelsius` is −30 to 60 and, unless given, that of a kitchen or, for what is frozen, of a freezer. */
export function freshSlice({ kind, startCelsius }: { kind: BreadKind; startCelsius?: number }): Slice {
  const celsius = startCelsius ?? RECIPES[kind].startCelsius
  if (!(celsius >= -30 && celsius <= 60)) {
    throw new RangeError(`Cannot take a slice as it must be between -30 and 60 °C: got ${celsius} °C`)
  }
  return { kind, celsius, iceShare: celsius < 0 ? 1 : 0, waterShare: 1, deltaE: 0 }
}

/** ΔE after `dtSeconds` at one temperature, for a surface that is dry: first order, towards the brownest. */
export function brown(deltaE: number, surface: { celsius: number; kind?: BreadKind }, dtSeconds: number): number {
  const { celsius, kind = 'bread' } = surface
  if (celsius < BROWNS_ABOVE_CELSIUS) return deltaE
  const ratePerSecond = RATE_PER_SECOND * Math.exp(-ACTIVATION_JOULES_PER_MOLE / (GAS_CONSTANT * (celsius + 273.15)))
  return BROWNEST - (BROWNEST - deltaE) * Math.exp(-RECIPES[kind].browning * ratePerSecond * dtSeconds)
}

/** What surrounds a slice during a step. */
export interface Slot {
  readonly heating: boolean
  readonly slotCelsius: number
}

/** The slice after `dtSeconds` in a slot that stays as it is. */
export function stepSlice(slice: Slice, slot: Slot, dtSeconds: number): Slice {
  let now = slice
  for (let left = dtSeconds; left > 0; ) {
    const stretch = nextStretch(now, slot, left)
    now = stretch.slice
    left -= stretch.seconds
  }
  return now
}

/** As far as one equation holds, and no further than `longest` seconds. */
function nextStretch(slice: Slice, { heating, slotCelsius }: Slot, longest: number): { slice: Slice; seconds: number } {
  const { kind, celsius, iceShare, waterShare, deltaE } = slice
  const elementWatts = heating ? NET_WATTS : 0
  const wattsAt = (surfaceCelsius: number) => elementWatts + TO_SLOT_WATTS_PER_KELVIN * (slotCelsius - surfaceCelsius)

  if (iceShare > 0 && celsius >= 0 && wattsAt(0) > 0) {
    const { share, seconds } = useUp(iceShare, MELTING_JOULES / wattsAt(0), longest)
    return { slice: { ...slice, celsius: 0, iceShare: share }, seconds }
  }
  const boilingWatts = wattsAt(100)
  if (waterShare > 0 && celsius >= 100 && boilingWatts > 0) {
    const joules = RECIPES[kind].surfaceWaterGrams * EVAPORATION_JOULES_PER_GRAM
    const { share, seconds } = useUp(waterShare, joules / boilingWatts, longest)
    return { slice: { ...slice, celsius: 100, waterShare: share }, seconds }
  }

  const isCrust = celsius > 100 || (celsius === 100 && boilingWatts > 0)
  const wattsPerKelvin = TO_SLOT_WATTS_PER_KELVIN + (isCrust ? TO_CRUMB_WATTS_PER_KELVIN : 0)
  const restCelsius =
    celsius + (wattsAt(celsius) - (isCrust ? TO_CRUMB_WATTS_PER_KELVIN * (celsius - 100) : 0)) / wattsPerKelvin
  const timeConstant = JOULES_PER_KELVIN / wattsPerKelvin
  // The next plateau, or the next change of equation, if there is one on the way.
  const rises = restCelsius > celsius
  const towards = rises && iceShare > 0 ? 0 : rises === isCrust ? undefined : 100
  const reaches = towards !== undefined && (rises ? restCelsius > towards : restCelsius < towards)
  const until = reaches ? timeConstant * Math.log((restCelsius - celsius) / (restCelsius - towards)) : Infinity
  const browns = waterShare === 0 && Math.max(celsius, restCelsius) > BROWNS_ABOVE_CELSIUS && deltaE < BROWNEST - 1e-9
  const seconds = Math.min(longest, until, browns ? LONGEST_BROWNING_STEP_SECONDS : Infinity)
  const after = (dt: number) => restCelsius + (celsius - restCelsius) * Math.exp(-dt / timeConstant)
  return {
    slice: {
      ...slice,
      celsius: reaches && seconds === until ? towards : after(seconds),
      deltaE: browns ? brown(deltaE, { celsius: after(seconds / 2), kind }, seconds) : deltaE,
    },
    seconds,
  }
}

/** Of a share that would be used up whole in `wholeSeconds`. */
function useUp(share: number, wholeSeconds: number, longest: number): { share: number; seconds: number } {
  const seconds = share * wholeSeconds
  return seconds <= longest ? { share: 0, seconds } : { share: share - longest / wholeSeconds, seconds: longest }
}

/** The slot's own temperature after `dtSeconds`: it remembers the last batch for some minutes. */
export function stepSlot(slotCelsius: number, heating: boolean, dtSeconds: number): number {
  const rest = heating ? SLOT_HOT_CELSIUS : KITCHEN_CELSIUS
  const timeConstant = heating ? SLOT_WARMS_SECONDS : SLOT_COOLS_SECONDS
  return rest + (slotCelsius - rest) * Math.exp(-dtSeconds / timeConstant)
}

/** A toaster's slot, and the slice in it if there is one. */
export interface ToastingSlot {
  readonly slotCelsius: number
  readonly slice?: Slice
}

/** Both after `dtSeconds` of heating or not: over a day at a time as well as by the second. */
export function stepToasting(now: ToastingSlot, heating: boolean, dtSeconds: number): ToastingSlot {
  let { slotCelsius, slice } = now
  for (let left = dtSeconds; left > 0; ) {
    const rest = heating ? SLOT_HOT_CELSIUS : KITCHEN_CELSIUS
    // Once the slot has come to rest the slice alone moves, and its own steps are as long as they may be.
    const dt =
      slice === undefined || Math.abs(slotCelsius - rest) < 0.01 ? left : Math.min(left, LONGEST_BROWNING_STEP_SECONDS)
    const after = stepSlot(slotCelsius, heating, dt)
    if (slice !== undefined) slice = stepSlice(slice, { heating, slotCelsius: (slotCelsius + after) / 2 }, dt)
    slotCelsius = after
    left -= dt
  }
  return slice === undefined ? { slotCelsius } : { slotCelsius, slice }
}

const FIRST_SHADE = 8
const LAST_SHADE = 40
const SHADES = 7

/** The shade one would call it: 1 to 7 are ΔE 8 to 40 in equal parts, each up to half way to its neighbours; 0 is still bread. */
export function shadeOf(deltaE: number): 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 {
  const shade = 1 + Math.round(((deltaE - FIRST_SHADE) / (LAST_SHADE - FIRST_SHADE)) * (SHADES - 1))
  return Math.min(Math.max(shade, 0), SHADES) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7
}

/** Black at the edges: nobody eats it. */
export const isBurnt = (deltaE: number): boolean => deltaE >= 45
