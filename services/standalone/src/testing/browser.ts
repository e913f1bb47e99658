import { sleep, systemRuntime } from '@patchwork/runtime'

type Fields = Record<string, string | readonly string[]>
export type Page = { status: number; url: string; html: string }

const hopsMax = 12
const triesMax = 20
const waitMs = 500
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const decoded = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_all, name: string) => entities[name] as string)
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : decoded(value)
}

const withFiles = (fields: URLSearchParams, files: Record<string, File>): FormData => {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  for (const [name, file] of Object.entries(files)) form.append(name, file)
  return form
}

/** A browser without JavaScript, of one person: cookies, redirects, and forms as they stand in the page. `onUrl` hears each address it goes to. */
export const openBrowser = (origin: string, onUrl: (url: string) => void = () => undefined) => {
  const cookies = new Map<string, string>()
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      if (value === '' || attributes.some((one) => /^expires=thu, 01 jan 1970/i.test(one))) cookies.delete(name)
      else cookies.set(name, value)
    }
  }
  const ask = async (address: string, init: RequestInit = {}, hops = 0): Promise<Page> => {
    const url = new URL(address, origin)
    onUrl(url.href)
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { accept: 'text/html', cookie, ...(init.headers as Record<string, string>) } })
    keep(response)
    const html = await response.text()
    const location = response.headers.get('location')
    if (location === null || hops === hopsMax) return { status: response.status, url: url.href, html }
    return ask(new URL(location, url).href, {}, hops + 1)
  }
  /** What a busy machine could not do just now is asked for again, as the page says: the same form is done once. */
  const patiently = async (address: string, init?: RequestInit): Promise<Page> => {
    let answer = await ask(address, init)
    for (let tries = 1; answer.status === 503 && tries < triesMax; tries += 1) {
      await sleep(systemRuntime, waitMs)
      answer = await ask(address, init)
    }
    return answer
  }
  const goTo = (address: string): Promise<Page> => patiently(address)

  /**
   * Fills in the form of a page (the one whose address ends with `to`, where there are several) and sends it. Throws where a text field of the form is
   * left out, so that nobody forgets one, and where the page comes back with errors.
   */
  const send = async (address: string, fields: Fields, { to, files = {} }: { to?: string; files?: Record<string, File> } = {}): Promise<Page> => {
    const page = await goTo(address)
    const forms = [...page.html.matchAll(/<form\b([^>]*method="post"[^>]*)>(.*?)<\/form>/gs)]
    const form = forms.find(([, tag = '']) => (to === undefined ? !attribute(tag, 'action')?.endsWith('/sign-out') : attribute(tag, 'action')?.endsWith(to)))
    if (!form) throw new Error(`${address} has no such form: ${page.status} ${page.url}`)
    const [, tag = '', inside = ''] = form
    const inputs = [...inside.matchAll(/<(?:input|textarea)\b[^>]*>/g)].map(([input]) => input)
    const hidden = inputs.filter((input) => attribute(input, 'type') === 'hidden')
    const texts = inputs.filter((input) => input.startsWith('<textarea') || ['text', 'email', 'tel', 'password', undefined].includes(attribute(input, 'type')))
    const missing = texts.map((input) => attribute(input, 'name')).filter((name) => name !== undefined && !(name in fields))
    if (missing.length > 0) throw new Error(`${address} has text fields that nothing is written in: ${missing.join(', ')}`)
    const body = new URLSearchParams(hidden.map((input): [string, string] => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? '']))
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name)
      for (const one of [value].flat()) body.append(name, one as string)
    }
    const action = new URL(attribute(tag, 'action') ?? page.url, page.url).href
    const takesFiles = attribute(tag, 'enctype') === 'multipart/form-data'
    const sent = takesFiles
      ? { method: 'POST', body: withFiles(body, files) }
      : { method: 'POST', body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const answer = await patiently(action, sent)
    const problems = /govuk-error-summary__list">(.*?)<\/ul>/s.exec(answer.html)?.[1]
    if (answer.status >= 400 || problems)
      throw new Error(`${address} was refused: ${answer.status} ${problems?.replaceAll(/<[^>]+>|\s+/g, ' ') ?? answer.html.slice(0, 500)}`)
    return answer
  }

  return {
    goTo,
    send,
    /** Signs in by the sign-in page. Throws where that fails. */
    signIn: async (email: string, password: string): Promise<Page> => {
      const page = await send('/sign-in', { email, password })
      if (page.url.includes('/identity/')) throw new Error(`${email} could not sign in: ${page.url}`)
      return page
    },
  }
}
export type Browser = ReturnType<typeof openBrowser>
