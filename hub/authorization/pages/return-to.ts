/** Where to go after signing in: one of our own pages, whatever the link says (RFC 9700 §4.11, open redirection). */
const OWN =
  /^\/(?:$|(?:account(?:\/[a-z]{1,16})?|people|programs)(?:\?again=1)?$|pair(?:$|\?user_code=[A-Za-z0-9-]{1,16}$)|interaction\/[\w-]{1,64}$)/

export const returnTo = (wanted: string | undefined): string =>
  wanted !== undefined && OWN.test(wanted) ? wanted : '/'

export const signInFor = (path: string): string => `/sign-in?return_to=${encodeURIComponent(path)}`
export const confirmFor = (path: string): string => `/confirm?return_to=${encodeURIComponent(path)}`
