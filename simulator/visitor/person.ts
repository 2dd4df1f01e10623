// A person with a browser, without the browser: follows redirects, keeps cookies, fills in forms.
export interface Answered {
  readonly status: number
  readonly url: URL
  readonly text: string
}

export interface Person {
  get(path: string): Promise<Answered>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answered>
  /** Follows redirects, those of a form if one is given, up to the first target that is wanted, and returns it. */
  follow(path: string, until: (target: URL) => boolean, form?: Record<string, string>): Promise<URL>
}

export function createPerson(base: URL): Person {
  const cookies = new Map<string, string>()

  const send = async (url: URL, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line) || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const settle = async (first: Response, from: URL): Promise<Answered> => {
    let [response, url] = [first, from]
    for (let hops = 0; response.status >= 300 && response.status < 400 && hops < 10; hops++) {
      url = new URL(response.headers.get('location') ?? '', url)
      response = await send(url, {})
    }
    return { status: response.status, url, text: await response.text() }
  }

  return {
    get: async (path) => settle(await send(new URL(path, base), {}), new URL(path, base)),
    post: async (path, form, headers = {}) => {
      const url = new URL(path, base)
      const body = new URLSearchParams(form)
      return settle(await send(url, { method: 'POST', body, headers: { origin: base.origin, ...headers } }), url)
    },
    async follow(path, until, form) {
      let url = new URL(path, base)
      let init: RequestInit = {}
      if (form) init = { method: 'POST', body: new URLSearchParams(form), headers: { origin: base.origin } }
      for (let hops = 0; hops < 12; hops++) {
        const response = await send(url, init)
        init = {}
        const location = response.headers.get('location')
        if (location === null) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`)
        url = new URL(location, url)
        if (until(url)) return url
      }
      throw new Error('too many redirects')
    },
  }
}
