/** The parts of undici that its index puts together; same types, less memory. */
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici'
  export default Agent
}
declare module 'undici/lib/web/fetch/index.js' {
  export { fetch } from 'undici'
}
declare module 'undici/lib/web/fetch/response.js' {
  export { Response } from 'undici'
}
declare module 'undici/lib/web/fetch/headers.js' {
  export { Headers } from 'undici'
}
declare module 'undici/lib/web/fetch/request.js' {
  export { Request } from 'undici'
}
