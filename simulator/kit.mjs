// The door of `latchkey/simulator`. Its types are those of kit.ts.
import './strip-types.mjs'

const kit = await import('./kit.ts')

export const {
  constantWeather,
  readScenario,
  readWeather,
  runScenario,
  SafetyError,
  ScenarioError,
  startHome,
  startHub,
  toEventually,
  toNeverExceed,
  toStayWithin,
  Unsettled,
  WeatherError,
} = kit
