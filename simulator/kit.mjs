// The door of `latchkey/simulator`. Its types are those of kit.ts. An older Node cannot even link what follows, so it is told first.
import { needNode } from './node.mjs'

needNode('latchkey/simulator')
await import('./strip-types.mjs')
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
