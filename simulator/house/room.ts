// A room as two heat capacities: its air, and the fabric around it (2R2C). Pure.

/** Watts per kelvin and joules per kelvin; the defaults are a 1990s house (UA about 210 W/K). */
export interface RoomParameters {
  /** Air and furniture. */
  readonly airJoulesPerKelvin: number
  readonly fabricJoulesPerKelvin: number
  /** Between air and fabric. */
  readonly airToFabricWattsPerKelvin: number
  readonly fabricToOutdoorWattsPerKelvin: number
  readonly ventilationWattsPerKelvin: number
  /** What an open window adds to the ventilation. */
  readonly windowWattsPerKelvin: number
}

export const TERRACED_1990: RoomParameters = {
  airJoulesPerKelvin: 2e6,
  fabricJoulesPerKelvin: 15e6,
  airToFabricWattsPerKelvin: 900,
  fabricToOutdoorWattsPerKelvin: 150,
  ventilationWattsPerKelvin: 60,
  windowWattsPerKelvin: 400,
}

export interface Room {
  readonly airCelsius: number
  readonly fabricCelsius: number
}

export interface Surroundings {
  readonly outdoorCelsius: number
  /** Heating, people and sun; negative for cooling. */
  readonly watts: number
  readonly windowOpen: boolean
}

/** The shortest time constant is that of the air, about half an hour: ten seconds are well inside what is stable and exact enough. */
const LONGEST_STEP_SECONDS = 10

/** The room after `dtSeconds` in constant surroundings, by the midpoint rule in steps of at most ten seconds. */
export function stepRoom(room: Room, surroundings: Surroundings, dtSeconds: number, p = TERRACED_1990): Room {
  const steps = Math.max(1, Math.ceil(dtSeconds / LONGEST_STEP_SECONDS))
  const dt = dtSeconds / steps
  let now = room
  for (let step = 0; step < steps; step++) {
    const half = advance(now, slopes(now, surroundings, p), dt / 2)
    now = advance(now, slopes(half, surroundings, p), dt)
  }
  return now
}

/** Kelvin per second of air and fabric. */
function slopes({ airCelsius, fabricCelsius }: Room, s: Surroundings, p: RoomParameters) {
  const ventilation = p.ventilationWattsPerKelvin + (s.windowOpen ? p.windowWattsPerKelvin : 0)
  const toFabric = p.airToFabricWattsPerKelvin * (airCelsius - fabricCelsius)
  const fabricLoss = p.fabricToOutdoorWattsPerKelvin * (fabricCelsius - s.outdoorCelsius)
  return {
    air: (s.watts - toFabric - ventilation * (airCelsius - s.outdoorCelsius)) / p.airJoulesPerKelvin,
    fabric: (toFabric - fabricLoss) / p.fabricJoulesPerKelvin,
  }
}

const advance = ({ airCelsius, fabricCelsius }: Room, slope: { air: number; fabric: number }, dt: number): Room => ({
  airCelsius: airCelsius + slope.air * dt,
  fabricCelsius: fabricCelsius + slope.fabric * dt,
})
