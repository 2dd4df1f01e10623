// What stands in the bundle for the global Headers, Request and Response. Node's own would load its own undici beside ours: fourteen
// megabytes. First the whole and then its parts: they require each other in a circle that has to be entered here.
import 'undici/lib/web/fetch/index.js'

export { Headers } from 'undici/lib/web/fetch/headers.js'
export { Request } from 'undici/lib/web/fetch/request.js'
export { Response } from 'undici/lib/web/fetch/response.js'
