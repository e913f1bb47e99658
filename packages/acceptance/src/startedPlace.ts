import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@patchwork/testing'

/** A signed-up demonstration person, as the place wrote it down. */
export type Account = { role: string; name: string; username: string; password: string; clientId: string; clientSecret: string }

/** What a request was answered. */
export type Answer<Body = Record<string, unknown>> = { status: number; body: Body; headers: Headers }

/** A person at the API, with a token of their own. */
export type ApiPerson = {
  personId: string
  send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    options?: { body?: unknown; key?: string; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Answer<Body>>
}

const command = fileURLToPath(new URL('../../../node_modules/.bin/patchwork', import.meta.url))
const upCommand = fileURLToPath(new URL('../../../infra/local/up', import.meta.url))
const startLimitMs = 280_000

/** Waits until `probe` gives something that is not undefined or false, looking again every 50 ms or as it says. Throws with `what` after the limit. */
export const until = async <Found>(
  what: string,
  probe: () => Promise<Found | undefined | false> | Found | undefined | false,
  limitMs = 60_000,
  everyMs = 50,
): Promise<Found> => {
  const end = Date.now() + limitMs
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

export type StartOptions = {
  empty?: boolean
  dataDirectory?: string
  /** One that is free when absent. */
  port?: number
  environment?: Record<string, string>
  /** So many processes of each service on Kafka and MongoDB, instead of one process of all; PATCHWORK_PROCESSES when absent. */
  processesPerService?: number
}

/** One process of a service, as infra/local/up tells of it. */
export type ServiceProcess = { label: string; url: string; pid: number }

/**
 * A whole place in a process of its own, as `npm start` runs it, with its data in a temporary folder. With PATCHWORK_PROCESSES in the environment it is
 * what infra/local/up runs: every service in processes of its own.
 */
export class StartedPlace {
  readonly url: string
  readonly dataDirectory: string
  /** Everything it wrote: what it told its operator, and its logs. */
  output = ''
  private readonly options: StartOptions
  private readonly processesPerService: string | undefined
  private readonly port: number
  private process: ChildProcess | undefined

  private constructor(options: StartOptions, port: number, dataDirectory: string) {
    this.options = options
    this.processesPerService = options.processesPerService?.toString() ?? process.env.PATCHWORK_PROCESSES
    this.port = port
    this.dataDirectory = dataDirectory
    this.url = `http://127.0.0.1:${port}`
  }

  /** Starts a place and waits until it is open (and its demonstration loaded). */
  static async open(options: StartOptions = {}): Promise<StartedPlace> {
    const folder = options.dataDirectory ?? join(mkdtempSync(join(tmpdir(), 'patchwork-place-')), 'data')
    const place = new StartedPlace(options, options.port ?? (await freePort()), folder)
    await place.start().catch(async (error: unknown) => {
      await place.remove()
      throw error
    })
    return place
  }

  private environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
    const { SMTP_URL: _smtp, ...inherited } = process.env
    return {
      ...inherited,
      HOST: '127.0.0.1',
      PORT: String(this.port),
      DATA_DIR: this.dataDirectory,
      LOG_LEVEL: 'debug',
      NODE_ENV: 'production',
      ...this.options.environment,
      ...extra,
    }
  }

  /** Starts it again on the same data; waits until it is open, or (`waits: false`) only until the process runs. */
  async start(extra: Record<string, string> = {}, waits = true): Promise<void> {
    const from = this.output.length
    const isEmpty = this.options.empty ? ['--empty'] : []
    const [program, ...args] =
      this.processesPerService === undefined
        ? [command, 'start', ...isEmpty]
        : [upCommand, '--instances', this.processesPerService, '--data', this.dataDirectory, ...isEmpty]
    const child = spawn(program as string, args, { env: this.environment(extra), stdio: ['ignore', 'pipe', 'pipe'] })
    this.process = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (words: string) => {
        this.output += words
      })
    if (!waits) return
    await until(
      'the place opens',
      () => {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error('The place ended while starting')
        return this.output.slice(from).includes('Patchwork is open at')
      },
      startLimitMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output.slice(from).slice(-4_000)}`)
    })
  }

  /** The signal that ended the process; undefined while it runs, or when it ended by itself. */
  get endedBy(): NodeJS.Signals | undefined {
    return this.process?.signalCode ?? undefined
  }

  get running(): boolean {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null
  }

  /** Memory the process holds, in bytes. */
  residentBytes(): number {
    const pages = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.process?.pid}/status`, 'utf8'))?.[1]
    return Number(pages) * 1024
  }

  /** Ends the process: gently by default, at once with SIGKILL. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!this.running || !this.process) return
    const ended = once(this.process, 'exit')
    this.process.kill(signal)
    await ended
  }

  /** Waits until the process has ended by itself. */
  async ended(): Promise<void> {
    if (this.running && this.process) await once(this.process, 'exit')
  }

  /** The processes of its services as they run now, where each has its own. */
  get processes(): ServiceProcess[] {
    const opened = this.output.matchAll(/^ {2}([a-z-]+(?:-\d+)?) +(http:\S+) +process (\d+)$/gm)
    const again = new Map([...this.output.matchAll(/^(\S+) \| runs again as process (\d+)$/gm)].map(([, label, pid]) => [label, Number(pid)]))
    return [...opened].map(([, label, url, pid]) => ({ label: label as string, url: url as string, pid: again.get(label) ?? Number(pid) }))
  }

  /**
   * Answers the questions of `ask` soon: beside services of a process each, one process more opens the whole place for the length of it. Gives what
   * `ask` gives.
   */
  async whileAnswering<Result>(ask: () => Promise<Result>): Promise<Result> {
    if (this.processesPerService === undefined) return ask()
    const besides = spawn(command, ['start'], {
      env: this.environment({ LOG_LEVEL: 'error', PORT: '0', PUBLIC_URL: this.url, ...this.servers() }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { words: '' }
    for (const stream of [besides.stdout, besides.stderr])
      stream?.setEncoding('utf8').on('data', (words: string) => {
        said.words += words
      })
    const ended = once(besides, 'exit')
    try {
      await until('the place opens for questions', () => said.words.includes('Patchwork is open at') || besides.exitCode !== null, startLimitMs)
      if (besides.exitCode !== null) throw new Error(`The place did not open for questions: ${said.words.slice(-2_000)}`)
      return await ask()
    } finally {
      besides.kill('SIGTERM')
      await ended
    }
  }

  /** Ends the place and removes the folder that was made for its data; one that was handed in is whoever's handed it in. */
  async remove(): Promise<void> {
    await this.end()
    if (this.options.dataDirectory === undefined) rmSync(join(this.dataDirectory, '..'), { recursive: true, force: true })
  }

  /** Runs `patchwork <args>` on this place's data. Where that lies on servers that stopped with the place, they run for the length of the question. */
  async run(...args: string[]): Promise<{ code: number; output: string }> {
    if (this.processesPerService === undefined || this.running) return this.ask(args, this.servers())
    await this.start()
    try {
      return await this.ask(args, this.servers())
    } finally {
      await this.end()
    }
  }

  /** The Kafka and the MongoDB that the place was last started on, as it told. */
  private servers(): Record<string, string> {
    if (this.processesPerService === undefined) return {}
    const told = (name: string) => [...this.output.matchAll(new RegExp(`^ +${name} +(\\S+)$`, 'gm'))].at(-1)?.[1] as string
    return { KAFKA_BROKERS: told('Kafka'), MONGODB_URI: told('MongoDB') }
  }

  private async ask(args: readonly string[], servers: Record<string, string>): Promise<{ code: number; output: string }> {
    const child = spawn(command, args, { env: this.environment({ LOG_LEVEL: 'error', ...servers }), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (words: string) => {
      output += words
    })
    child.stderr.setEncoding('utf8').on('data', (words: string) => {
      errors += words
    })
    const [code] = await once(child, 'close')
    return { code: code as number, output: output || errors }
  }

  get accounts(): Account[] {
    return JSON.parse(readFileSync(join(this.dataDirectory, 'demo-accounts.json'), 'utf8'))
  }

  account(name: string): Account {
    const account = this.accounts.find((one) => one.name === name || one.role === name)
    if (!account) throw new Error(`There is no demonstration account ${name}`)
    return account
  }

  /** A demonstration person at the API, by name or role, with a token got by client credentials. */
  async as(name: string): Promise<ApiPerson> {
    const { clientId, clientSecret } = this.account(name)
    const granted = await fetch(`${this.url}/identity/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    })
    if (!granted.ok) throw new Error(`No token for ${name}: ${granted.status} ${await granted.text()}`)
    const { access_token: token } = (await granted.json()) as { access_token: string }
    const { person_id: personId } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { person_id: string }
    return {
      personId,
      send: (method, path, options) => this.send(method, path, { ...options, headers: { authorization: `Bearer ${token}`, ...options?.headers } }),
    }
  }

  /** Sends one request to the API (`path` below `/api`), as nobody unless a header says who. */
  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { body, key, headers, signal }: { body?: unknown; key?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      ...(signal === undefined ? {} : { signal }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : ({ text } as Body) }
  }
}
