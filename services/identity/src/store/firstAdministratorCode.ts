import { createHash, timingSafeEqual } from 'node:crypto'
import type { DocumentStore } from '@patchwork/document-store'
import { instant, type Runtime } from '@patchwork/runtime'
import { isAlreadyThere } from './logins.ts'

type CodeBody = { codeHash: string; accountId: string; madeAt: string }

// Without letters that look like others; 100 bits, so that its plain hash gives nothing away.
const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const groups = 4
const lettersPerGroup = 5
const id = 'first-administrator'
const triesMax = 5

export type FirstAdministratorCode = {
  /** The code to print, new at each start; undefined once the place has an administrator. */
  shown(): string | undefined
  /** The account that the code opens; undefined when it is not the code. */
  accountIdFor(code: string): Promise<string | undefined>
  /** Nobody can use it any more. */
  end(): void
}

/** Makes a new code where there is no administrator; only its hash is kept. */
export const openFirstAdministratorCode = async (options: {
  documents: DocumentStore
  runtime: Pick<Runtime, 'now' | 'uuid' | 'randomBytes'>
  isNeeded: boolean
}): Promise<FirstAdministratorCode> => {
  const { documents, runtime, isNeeded } = options
  const codes = await documents.collection<CodeBody>({ service: 'identity', name: 'one-time-codes', fields: {}, indexes: {} })
  let shown = isNeeded ? makeCode(runtime) : undefined
  const keep = async (code: string): Promise<boolean> => {
    const stored = await codes.get(id)
    // The account stays the same until it is opened, so that two who hold codes cannot make two first administrators.
    const body = { codeHash: hashOf(code), accountId: stored?.body.accountId ?? runtime.uuid(), madeAt: instant(runtime) }
    if (stored) return (await codes.replace(id, body, { expectedRevision: stored.revision })) === 'replaced'
    return codes.insert(id, body).then(
      () => true,
      (error: unknown) => {
        if (isAlreadyThere(error)) return false
        throw error
      },
    )
  }
  for (let tries = 1; shown !== undefined && tries <= triesMax; tries += 1) if (await keep(shown)) break
  return {
    shown: () => shown,
    accountIdFor: async (code) => {
      const stored = await codes.get(id)
      if (!stored || !timingSafeEqual(Buffer.from(hashOf(code), 'hex'), Buffer.from(stored.body.codeHash, 'hex'))) return undefined
      return stored.body.accountId
    },
    end: () => {
      shown = undefined
    },
  }
}

/** Case, spaces and hyphens do not matter: people copy it from a screen. */
const hashOf = (code: string): string =>
  createHash('sha256')
    .update(code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ''))
    .digest('hex')

const makeCode = (runtime: Pick<Runtime, 'randomBytes'>): string => {
  const bytes = runtime.randomBytes(groups * lettersPerGroup)
  const text = Array.from(bytes, (byte) => letters.charAt(byte % letters.length)).join('')
  return text.match(new RegExp(`.{${lettersPerGroup}}`, 'g'))?.join('-') ?? text
}
