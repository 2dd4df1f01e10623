// What `latchkey/simulator` offers to somebody's test: a whole home, the hub alone, scenarios.
export { Unsettled } from './clock.ts'
export type { SecurityHandle, ThermostatHandle, ToasterHandle } from './home/devices.ts'
export type { Faults } from './home/faults.ts'
export type { Outcome, Settable, Shown } from './home/handles.ts'
export type { HomeOptions } from './home/options.ts'
export type { Entry, Transcript } from './home/transcript.ts'
export { type Devices, type Home, SafetyError, startHome } from './home.ts'
export type { House } from './house/house.ts'
export { type MatcherResult, toEventually, toNeverExceed, toStayWithin } from './matchers.ts'
export {
  type Alteration,
  type AuthorizationControl,
  type BrokerControl,
  type Disturbance,
  type Endpoint,
  type GrantType,
  type HeardMessage,
  type HonestAnswer,
  type Length,
  type MessageOptions,
  type MockHub,
  type MockHubOptions,
  type Planned,
  type PlannedAnswer,
  type PublishOptions,
  type RecordedRequest,
  type Refusal,
  type ReturnCode,
  type ShownCode,
  startHub,
  type Where,
  type WholeAnswer,
} from './mock-hub.ts'
export type { Report } from './report/report.ts'
export type { Violation } from './safety/rule.ts'
export { readScenario, ScenarioError } from './scenario/read.ts'
export { type RunOptions, runScenario } from './scenario/run.ts'
export type { Scenario } from './scenario/schema.ts'
export { readWeather } from './weather/file.ts'
export { constantWeather, type Weather, WeatherError } from './weather/weather.ts'
