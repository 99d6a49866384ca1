/** A browser that runs no scripts: it keeps cookies, reads pages and sends forms. */

/** What a page answered. */
export interface ReadPage {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Where it leads on; absent when it does not. */
  readonly location: string | undefined
}

export class PageReader {
  readonly #url: string
  /** Headers of every request, beside the cookies. */
  readonly #headers: Readonly<Record<string, string>>
  readonly cookies = new Map<string, string>()
  /** The last `set-cookie` lines as they came. */
  lastCookies: readonly string[] = []

  /** @param url of the daemon */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url
    this.#headers = headers
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ReadPage> {
    return this.#send(path, { headers: { accept: 'text/html,*/*;q=0.8', ...headers } })
  }

  /** Sends a form as a page of the console does. */
  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<ReadPage> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'text/html', origin: this.#url, ...headers },
    })
  }

  /** Signs in with a token. */
  signIn(token: string): Promise<ReadPage> {
    return this.post('/console/sign-in', { token })
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(this.#url + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie !== '' && { cookie }), ...this.#headers, ...init.headers },
    })
    this.lastCookies = response.headers.getSetCookie()
    for (const line of this.lastCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const { status, headers } = response
    const location = headers.get('location') ?? undefined
    return { status, headers, text: await response.text(), location }
  }
}

/** The text of a form that a page shows, by its action: the names of its fields with their values. */
export function fieldsOf(html: string): Record<string, string> {
  const areas = html.matchAll(/<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/g)
  return Object.fromEntries(
    Array.from(areas, ([, name, text]) => [name, unescaped(text as string)]),
  )
}

/** Markup as the text that it shows. */
export function unescaped(text: string): string {
  const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] as string)
}
