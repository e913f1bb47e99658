import type { Role } from '@patchwork/events'
import { sleep } from '@patchwork/runtime'
import type { SimulatedTime } from '@patchwork/runtime/simulation'
import type { SimulatedServices } from './simulatedServices.ts'

export type Answer<Body = Record<string, unknown>> = { status: number; text: string; body: Body }
/** Something that was asked and answered with success. */
export type Kept = { person: Person; method: string; path: string; body: object | undefined; key: string; status: number; text: string }
export type Person = { personId: string; role: Role; name: string }

/** Tries of one request until somebody answers, and of one wish until it is granted: what a neighbour has not heard of yet is refused for a while. */
const triesMax = 400
const refusalsMax = 150
/** Statuses that say nothing of the wish itself: ask again, the same under the same key. */
const again = new Set([408, 425, 429, 500, 502, 503])

/**
 * People who ask until they are answered, each time whichever process is there, always under the same key; who press a button twice; and who keep every
 * answer to hold the place to it.
 */
export const openPeople = (time: SimulatedTime, services: SimulatedServices, violations: string[]) => {
  const { runtime, chance, pick } = time
  const send = services.fetchOf('people')
  const kept: Kept[] = []
  let keys = 0
  let asked = 0

  const newKey = (): string => {
    keys += 1
    return `simulated-key-${keys}`
  }
  const once = async <Body>(person: Person, method: string, path: string, body: object | undefined, key: string | undefined): Promise<Answer<Body>> => {
    asked += 1
    const response = await send(`${services.urlOf(path.split('/')[2] as string)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${services.issuer.tokenFor(person)}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, body: (/^[[{]/.test(text) ? JSON.parse(text) : {}) as Body }
  }
  /** Asks until there is an answer to the wish itself. */
  const answered = async <Body>(person: Person, method: string, path: string, body?: object, key?: string): Promise<Answer<Body>> => {
    let last = ''
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const answer = await once<Body>(person, method, path, body, key).catch(() => undefined)
      if (answer && !again.has(answer.status)) return answer
      last = answer ? `${answer.status} ${answer.text}` : 'no answer'
      await sleep(runtime, 10 + pick(120))
    }
    throw new Error(`Nobody answers ${method} ${path}: ${last}`)
  }
  const keep = (entry: Kept): void => {
    const before = kept.find(({ key }) => key === entry.key)
    if (before === undefined) kept.push(entry)
    else if (before.text !== entry.text)
      violations.push(`rule 7: ${entry.method} ${entry.path} under ${entry.key} was answered ${before.text} and then ${entry.text}`)
  }

  return {
    kept,
    asked: () => asked,
    answered,
    /** Asks until it is granted; a refusal is asked anew under a key of its own. Sometimes twice at a time. Gives the answer's body. */
    surely: async <Body = Record<string, string>>(person: Person, method: string, path: string, body?: object): Promise<Body> => {
      let refused = ''
      for (let tries = 1; tries <= refusalsMax; tries += 1) {
        const key = newKey()
        const ask = async (afterMs: number): Promise<Answer<Body>> => {
          await sleep(runtime, afterMs)
          const answer = await answered<Body>(person, method, path, body, key)
          if (answer.status < 300) keep({ person, method, path, body, key, status: answer.status, text: answer.text })
          return answer
        }
        const answers = await Promise.all(chance() < 0.3 ? [ask(0), ask(pick(300))] : [ask(0)])
        const done = answers.find(({ status }) => status < 300)
        if (done) return done.body
        refused = `${answers[0]?.status} ${answers[0]?.text}`
        await sleep(runtime, 30 + pick(200))
      }
      throw new Error(`${person.name} is never granted ${method} ${path}: ${refused}`)
    },
    read: async <Body = Record<string, unknown>>(person: Person, path: string): Promise<Body> => {
      for (let tries = 1; tries <= refusalsMax; tries += 1) {
        const answer = await answered<Body>(person, 'GET', path)
        if (answer.status < 300) return answer.body
        await sleep(runtime, 30 + pick(200))
      }
      throw new Error(`${person.name} never sees ${path}`)
    },
    /** The same key with another body must be refused. */
    misuse: async ({ person, method, path, key }: Kept, body: object): Promise<void> => {
      const answer = await answered(person, method, path, body, key)
      if (answer.status !== 422) violations.push(`rule 7: ${method} ${path} under the key of another body was answered ${answer.status}`)
    },
  }
}
export type People = ReturnType<typeof openPeople>
